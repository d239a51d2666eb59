namespace Timestone.Engine;

/// <summary>A dequeue: settles what it carries when it is first applied, then waits for messages while it may.</summary>
internal sealed class DequeueCall(DequeueRequest request, CancellationToken cancellationToken) : Request
{
    private readonly TaskCompletionSource<DequeueResult> _caller = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _giveUp;
    private MessageResult[]? _settled;
    private List<Message> _messages = [];
    private TimestoneError? _whyNone;

    public Task<DequeueResult> Task => _caller.Task;

    public Metadata Filter => request.Filter;

    public string? RequestId => request.RequestId;

    public TimeSpan Wait => request.Wait;

    /// <summary>When the wait ends, as a timestamp of the runner's time.</summary>
    public long WaitsUntil { get; set; }

    /// <summary>Its place in the order in which waits began.</summary>
    public long Arrival { get; set; }

    /// <summary>Those that wait with it; null while it does not wait.</summary>
    public WaitGroup? Group { get; set; }

    /// <summary>Its place among them.</summary>
    public LinkedListNode<DequeueCall>? Place { get; set; }

    public override bool Abandoned => cancellationToken.IsCancellationRequested && _caller.TrySetCanceled(cancellationToken);

    /// <summary>Whether it waits when there is nothing to take.</summary>
    public bool Waits => request.Max > 0 && request.Wait > TimeSpan.Zero;

    /// <summary>Settles, once. Taking comes after those that wait already have been served of what the settling freed.</summary>
    public override bool Apply(QueueEngine engine)
    {
        if (request.Settle.Count > 0)
            _settled ??= engine.Settle(request.Settle);
        return true;
    }

    /// <summary>Takes messages; false when there are none, null when an index must be built before that can be told.</summary>
    public bool? TryTake(QueueEngine engine)
    {
        if (request.Max > 0)
        {
            if (engine.TryDequeue(request) is not { } messages)
                return null;
            _messages = messages;
        }

        return _messages.Count > 0;
    }

    /// <summary>Takes messages of those that have become dequeueable; false when there are none.</summary>
    public bool TryTake(QueueEngine engine, List<MessageRow> candidates)
    {
        _messages = engine.Dequeue(request, candidates);
        return _messages.Count > 0;
    }

    /// <summary>Ends the wait, or the call that does not wait, without messages.</summary>
    public void EndEmpty(QueueEngine engine) => _whyNone = engine.WhyNone(request);

    /// <summary>Calls back when the caller gives up waiting.</summary>
    public void OnAbandoned(Action<DequeueCall> callback)
    {
        if (cancellationToken.CanBeCanceled)
            _giveUp = cancellationToken.UnsafeRegister(_ => callback(this), null);
    }

    public override void Answer()
    {
        _giveUp.Dispose();
        // What was settled must be told, so then the error is, too.
        if (_whyNone is { } error && _settled is null)
            _caller.TrySetException(new TimestoneException(error));
        else
            _caller.TrySetResult(new DequeueResult { Messages = _messages, Settled = _settled, Error = _whyNone });
    }

    public override void Refuse(Exception problem)
    {
        _giveUp.Dispose();
        _caller.TrySetException(problem);
    }
}
