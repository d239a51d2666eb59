using Microsoft.Extensions.Logging;
using Timestone.Engine;

namespace Timestone.Events;

/// <summary>Takes what is read of an outbox straight to an index. What the index will never take is counted, and told to the log.</summary>
public sealed partial class IndexSink : IOutboxSink
{
    private readonly IIndexWriter _index;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;

    /// <summary>Makes a sink of an index.</summary>
    public IndexSink(IIndexWriter index, ILogger<IndexSink> logger, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(logger);
        (_index, _logger, _time) = (index, logger, time ?? TimeProvider.System);
    }

    /// <inheritdoc/>
    public async ValueTask DeliverAsync(OutboxBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var events = EventDocuments.Of(batch.Entries).ToArray();
        foreach (var rejected in await _index.WriteAsync(events, cancellationToken).ConfigureAwait(false))
        {
            EventMetrics.Rejected();
            LogRejected(rejected.Event, rejected.Reason);
        }

        EventMetrics.Indexed(events, _time.GetUtcNow());
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The index does not take an event, which is left out of it: {Reason} {Event}")]
    private partial void LogRejected(StreamEvent @event, string reason);
}
