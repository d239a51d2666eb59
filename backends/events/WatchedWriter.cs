using Timestone.Engine;
using Timestone.Resilience;

namespace Timestone.Events;

/// <summary>A writer of an index that notes whether the index works.</summary>
public sealed class WatchedWriter(IIndexWriter writer, ServiceState state) : IIndexWriter
{
    private const string Use = "write";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RejectedEvent>> WriteAsync(
        IReadOnlyList<StreamEvent> events,
        CancellationToken cancellationToken = default
    )
    {
        try
        {
            var rejected = await writer.WriteAsync(events, cancellationToken).ConfigureAwait(false);
            state.Work(Use);
            return rejected;
        }
        catch (IOException problem) when (problem is not ToldException)
        {
            state.Fail(Use, problem.Message);
            throw new ToldException(problem);
        }
    }
}
