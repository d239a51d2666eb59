using Timestone.Engine;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>
/// Writes both indices to Elasticsearch, in bulk requests. Documents of current messages carry the message's version as an external
/// version, and those of transitions are made once, so that what comes again, or late, changes nothing. Several can write at the same time.
/// All is written under aliases and no write makes an index, so that an Elasticsearch that came back empty gets its indices from here.
/// </summary>
public sealed class ElasticsearchIndexWriter : IIndexWriter
{
    private readonly ElasticsearchConnection _connection;
    private readonly WriteTargets _targets;

    /// <summary>Prepares a writer; the connection stays the caller's.</summary>
    public ElasticsearchIndexWriter(ElasticsearchConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        _connection = connection;
        _targets = new WriteTargets(connection);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RejectedEvent>> WriteAsync(
        IReadOnlyList<StreamEvent> events,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(events);
        var options = _connection.Options;
        var plan = BulkPlan.Of(events, _connection.Names, options.HistoricPeriod, _connection.Time.GetUtcNow() - options.HistoricRetention);
        var (before, after) = (
            new BulkRun(_connection, _targets, plan.BeforeRemovals),
            new BulkRun(_connection, _targets, plan.AfterRemovals)
        );
        await RetryAsync(before.TryAsync, cancellationToken).ConfigureAwait(false);
        foreach (var queue in plan.RemovedQueues)
            await RetryAsync(stop => RemoveQueueAsync(queue, stop), cancellationToken).ConfigureAwait(false);
        await RetryAsync(after.TryAsync, cancellationToken).ConfigureAwait(false);
        return [.. plan.Rejected, .. before.Rejected, .. after.Rejected];
    }

    private async ValueTask RemoveQueueAsync(RemovedQueue queue, CancellationToken cancellationToken)
    {
        foreach (var alias in await _targets.GetAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                await QueueRemoval.RunAsync(_connection, alias, queue, cancellationToken).ConfigureAwait(false);
            }
            catch (ElasticsearchException problem) when (problem.Type == ElasticsearchException.MissingIndex)
            {
                _connection.LookAgain();
                throw;
            }
        }
    }

    private ValueTask RetryAsync(Func<CancellationToken, ValueTask> attempt, CancellationToken cancellationToken) =>
        _connection.Retrying.ExecuteAsync(
            async stop =>
            {
                try
                {
                    // Each time: what an attempt found missing is made before the next.
                    await _connection.SetUpAsync(stop).ConfigureAwait(false);
                    await attempt(stop).ConfigureAwait(false);
                }
                catch (Exception problem) when (problem is KeyNotFoundException or InvalidOperationException or FormatException)
                {
                    throw new IOException($"Elasticsearch gave an answer that cannot be read. {problem.Message}", problem);
                }
            },
            cancellationToken);
}
