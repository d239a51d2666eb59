using Microsoft.Extensions.Logging.Abstractions;
using Timestone.Engine;
using Timestone.Events;
using Timestone.Indexing.Elasticsearch;
using Timestone.Journals.Memory;
using Timestone.Tests.Elasticsearch;

namespace Timestone.Tests.Conformance.Subjects;

/// <summary>
/// The service in this process, its journal in memory and its index in a real Elasticsearch. The service has the test's
/// time, the index the real one.
/// </summary>
public sealed class ElasticsearchSubject : LocalSubject
{
    private readonly MemoryJournal _journal = new(outboxLimit: 1_000_000);
    private ElasticsearchBench? _bench;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_bench is not null)
            await _bench.DisposeAsync();
    }

    protected override async Task<IJournal> OpenJournalAsync()
    {
        _bench ??= await ElasticsearchBench.StartAsync();
        return _journal;
    }

    protected override (IIndex Index, IAsyncDisposable Feed) OpenIndex(IOutbox outbox)
    {
        var sink = new IndexSink(_bench!.Writer, NullLogger<IndexSink>.Instance);
        var pump = new OutboxPump("elasticsearch", outbox, OutboxStart.Acknowledged, sink, NullLogger<OutboxPump>.Instance);
        var progress = new IndexProgress(outbox, pump.LagAsync, log: null, _bench.Reading.RefreshAsync);
        return (new ElasticsearchIndex(_bench.Reading, progress.LagAsync, () => outbox.Backlog.Dropped > 0), new Feed(pump, progress));
    }

    private sealed class Feed(OutboxPump pump, IndexProgress progress) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await progress.DisposeAsync();
            await pump.DisposeAsync();
        }
    }
}
