namespace Timestone.Engine;

/// <summary>A watch of leases: answers those that are lost, and waits for a first one while it may.</summary>
internal sealed class LeaseWatchCall(IReadOnlyList<LeaseReference> leases, TimeSpan wait, CancellationToken cancellationToken) : Request
{
    private readonly TaskCompletionSource<IReadOnlyList<MessageResult>> _caller = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MessageResult[] _lost = [];
    private ITimer? _timer;
    private CancellationTokenRegistration _giveUp;

    public Task<IReadOnlyList<MessageResult>> Task => _caller.Task;

    public IReadOnlyList<LeaseReference> Leases => leases;

    public override bool Abandoned => cancellationToken.IsCancellationRequested && _caller.TrySetCanceled(cancellationToken);

    /// <summary>Whether it waits, as none was lost when it was last applied.</summary>
    public bool Waits => _lost.Length == 0 && wait > TimeSpan.Zero;

    public override bool Apply(QueueEngine engine)
    {
        _lost = engine.LostLeases(leases);
        return true;
    }

    /// <summary>Begins the wait: calls back when it ends, or when the caller gives it up.</summary>
    public void BeginWait(TimeProvider time, Action<LeaseWatchCall> ended)
    {
        _timer = time.CreateTimer(_ => ended(this), null, wait, Timeout.InfiniteTimeSpan);
        if (cancellationToken.CanBeCanceled)
            _giveUp = cancellationToken.UnsafeRegister(_ => ended(this), null);
    }

    /// <summary>Ends the wait: nobody is called back any more.</summary>
    public void EndWait()
    {
        _timer?.Dispose();
        _giveUp.Dispose();
    }

    public override void Answer() => _caller.TrySetResult(_lost);

    public override void Refuse(Exception problem) => _caller.TrySetException(problem);
}
