namespace Timestone.Cli;

/// <summary>The service as it is, with someone who watches what dequeues bring.</summary>
internal sealed class DequeueWatch(ITimestone inner, WorkSession session) : ForwardingTimestone(inner)
{
    public override async Task<DequeueResult> DequeueAsync(string queue, DequeueRequest request, CancellationToken cancellationToken = default)
    {
        // Idle before too: a command that ended meanwhile may have failed, and its message be back.
        var wasIdle = session.IsIdle;
        try
        {
            var result = await base.DequeueAsync(queue, request, cancellationToken).ConfigureAwait(false);
            if (request.Max > 0 && result.Messages.Count == 0 && wasIdle && session.IsIdle)
                session.FoundEmpty();
            return result;
        }
        catch (TimestoneException failure)
        {
            session.DequeueFailed(failure);
            throw;
        }
    }
}
