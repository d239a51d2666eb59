using Microsoft.Extensions.Logging.Abstractions;
using Timestone.Cli;
using Timestone.Engine;
using Timestone.Events;
using Timestone.Indexing.Elasticsearch;
using Timestone.Journals.Memory;
using Timestone.Tests.Support;

namespace Timestone.Tests.Elasticsearch;

/// <summary>A service whose transitions go into a real Elasticsearch, where some of them can be lost on the way.</summary>
internal sealed class ScrubBench : IAsyncDisposable, IIndexWriter, ITransitionArchive, IProgress<Difference>
{
    private readonly MemoryJournal _journal;
    private readonly OutboxPump _pump;
    private readonly LocalTimestone _service;
    private readonly List<StreamEvent> _published = [];
    private readonly Lock _sync = new();
    private long _writtenTo = DateTimeOffset.MinValue.Ticks;

    // What is committed at a time can stand a little apart in the outbox.
    private static readonly TimeSpan Skew = TimeSpan.FromMilliseconds(100);

    private ScrubBench(MemoryJournal journal, ElasticsearchBench indices)
    {
        (_journal, Indices) = (journal, indices);
        _service = new LocalTimestone(_journal, index: indices.Index);
        _pump = new OutboxPump(
            "index",
            _journal.Outbox!,
            OutboxStart.Earliest,
            new IndexSink(this, NullLogger<IndexSink>.Instance),
            NullLogger<OutboxPump>.Instance
        );
    }

    public ElasticsearchBench Indices { get; }

    public ITimestone Service => new Lagging(_service, () => Lag);

    // One pump brings everything in its order.
    private TimeSpan Lag =>
        _journal.Outbox!.Backlog.Waiting == 0
            ? TimeSpan.Zero
            : DateTimeOffset.UtcNow - new DateTimeOffset(Volatile.Read(ref _writtenTo), TimeSpan.Zero) + Skew;

    /// <summary>Which events do not get to the index.</summary>
    public Predicate<StreamEvent> IsLost { get; set; } = static _ => false;

    /// <summary>Which transitions can be read again.</summary>
    public Predicate<Transition> IsKept { get; set; } = static _ => true;

    public int Published => _published.Count;

    /// <summary>How often transitions were read again.</summary>
    public int ArchiveReads { get; private set; }

    public void ForgetReads() => ArchiveReads = 0;

    public List<Difference> Differences { get; } = [];

    /// <param name="beside">The indices of another service that this one is to use; null for some of its own.</param>
    public static async Task<ScrubBench> StartAsync(ElasticsearchBench? beside = null)
    {
        var journal = new MemoryJournal(outboxLimit: 1_000_000);
        return new(journal, await ElasticsearchBench.StartAsync(journal.ReadIdAsync, beside?.Options));
    }

    /// <summary>A comparison of it.</summary>
    public IndexScrub Scrub(
        TimeSpan? settle = null,
        ITimestone? service = null,
        int? rate = null,
        int? mostHoles = null,
        Func<bool>? goesOn = null
    )
    {
        var (least, most) = (settle ?? TimeSpan.FromMilliseconds(1100), settle ?? TimeSpan.FromSeconds(30));
        var options = new ScrubOptions { Settle = least, Patience = most, MessagesPerSecond = rate, GoesOn = goesOn };
        return new(Indices.Connection, service ?? Service, options, this, this) { MostHoles = mostHoles ?? 10_000 };
    }

    /// <summary>Compares once, when everything that happened has been written or lost.</summary>
    public async Task<ScrubReport> RunAsync()
    {
        await CaughtUpAsync();
        return await Scrub().RunAsync();
    }

    public async Task CaughtUpAsync()
    {
        await Eventually.BeAsync(() => Task.FromResult(_journal.Outbox!.Backlog.Waiting == 0));
        await Indices.Connection.SetUpAsync();
        await Indices.RefreshAsync();
    }

    /// <summary>Throws unless the index of current messages holds what the queues hold.</summary>
    public async Task<long> VerifyAsync()
    {
        await Indices.RefreshAsync();
        return await Flow.IndexAudit.VerifyAsync(Service, "");
    }

    public async Task<IReadOnlyList<RejectedEvent>> WriteAsync(
        IReadOnlyList<StreamEvent> events,
        CancellationToken cancellationToken = default
    )
    {
        lock (_sync)
            _published.AddRange(events);
        var rejected = await Indices.Writer.WriteAsync([.. events.Where(told => !IsLost(told))], cancellationToken);
        if (events.Max(static told => told.Message?.UpdatedAt) is { } written)
            Volatile.Write(ref _writtenTo, written.UtcTicks);
        return rejected;
    }

    public async IAsyncEnumerable<StreamEvent> ReadAsync(
        IReadOnlySet<string> messages,
        DateTimeOffset since,
        Func<int, CancellationToken, ValueTask> pause,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArchiveReads++;
        StreamEvent[] published;
        lock (_sync)
            published = [.. _published];
        await pause(published.Length, cancellationToken);
        foreach (var told in published)
        {
            if (
                told.Transition is { } transition
                && IsKept(transition)
                && transition.At >= since
                && messages.Contains($"{transition.Queue}/{transition.Id}")
            )
                yield return told;
        }
    }

    public void Report(Difference value) => Differences.Add(value);

    public async ValueTask DisposeAsync()
    {
        await _pump.DisposeAsync();
        await _service.DisposeAsync();
        await _journal.DisposeAsync();
        await Indices.DisposeAsync();
    }

    /// <summary>A service whose index says truly how far it is behind.</summary>
    private sealed class Lagging(ITimestone inner, Func<TimeSpan> lag) : ForwardingTimestone(inner)
    {
        public override async Task<SearchPage> SearchMessagesAsync(MessageSearch search, CancellationToken cancellationToken = default)
        {
            var page = await base.SearchMessagesAsync(search, cancellationToken);
            return page with { Freshness = page.Freshness with { Lag = lag() } };
        }
    }
}
