using Timestone.Engine;
using Timestone.Resilience;

namespace Timestone.Events;

/// <summary>A sink that notes whether what it delivers to works.</summary>
public sealed class WatchedSink(IOutboxSink sink, ServiceState state) : IOutboxSink
{
    private const string Use = "deliver";

    /// <inheritdoc/>
    public async ValueTask DeliverAsync(OutboxBatch batch, CancellationToken cancellationToken = default)
    {
        try
        {
            await sink.DeliverAsync(batch, cancellationToken).ConfigureAwait(false);
            state.Work(Use);
        }
        catch (IOException problem) when (problem is not ToldException)
        {
            state.Fail(Use, problem.Message);
            throw new ToldException(problem);
        }
    }
}
