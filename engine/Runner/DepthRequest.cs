namespace Timestone.Engine;

/// <summary>A count of the messages that match a filter: it waits while an index of the filter's keys is built.</summary>
internal sealed class DepthRequest(MessageState? state, Metadata filter, CancellationToken cancellationToken) : Request
{
    private readonly TaskCompletionSource<long> _caller = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _depth;

    public Task<long> Task => _caller.Task;

    public override bool Abandoned => cancellationToken.IsCancellationRequested && _caller.TrySetCanceled(cancellationToken);

    public override bool Apply(QueueEngine engine)
    {
        var depth = engine.TryDepth(state, filter);
        _depth = depth ?? 0;
        return depth is not null;
    }

    public override void Answer() => _caller.TrySetResult(_depth);

    public override void Refuse(Exception problem) => _caller.TrySetException(problem);
}
