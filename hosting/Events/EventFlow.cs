using Timestone.Api;
using Timestone.Engine;
using Timestone.Events;
using Timestone.Indexing.Elasticsearch;
using Timestone.Indexing.Memory;
using Timestone.Kafka;
using Timestone.Kafka.Clients;
using Timestone.Resilience;

namespace Timestone.Hosting;

/// <summary>
/// What becomes of a journal's transitions: to Kafka, and from there into Elasticsearch; or straight into Elasticsearch; or into an
/// index in memory.
/// </summary>
internal sealed class EventFlow : IAsyncDisposable
{
    // In the order in which they are started: each may use those before it.
    private readonly List<IAsyncDisposable> _parts = [];
    private readonly TimestoneServerOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly string? _readers;
    private IndexProgress? _progress;
    private ServiceState? _kafkaState;
    private ElasticsearchIndexing? _elasticsearch;
    private IOutbox? _outbox;

    private EventFlow(TimestoneServerOptions options, ILoggerFactory loggers, string? readers) =>
        (_options, _loggers, _readers) = (options, loggers, readers);

    /// <summary>What searches are answered from; null for nothing.</summary>
    public IIndex? Index { get; private set; }

    /// <summary>What writes the indices in Elasticsearch; null without.</summary>
    public IIndexWriter? Writer { get; private set; }

    /// <summary>Where the indices in Elasticsearch are; null without.</summary>
    public ElasticsearchConnection? Elasticsearch { get; private set; }

    /// <summary>How Kafka and Elasticsearch are doing, where there are these.</summary>
    public IEnumerable<HealthPart> Parts
    {
        get
        {
            var (outbox, backlog) = (_outbox?.Backlog ?? new OutboxBacklog(0, 0, 0, "entries"), _progress?.Backlog);
            if (_kafkaState is not null)
                yield return EventParts.Kafka(_kafkaState, outbox, backlog);
            if (_elasticsearch is not null)
                yield return EventParts.Elasticsearch(
                    _elasticsearch.State,
                    outbox,
                    _progress?.Backlog,
                    isBehindKafka: _kafkaState is not null,
                    _progress?.Behind
                );
        }
    }

    /// <summary>Starts what the options say.</summary>
    /// <param name="options">The options.</param>
    /// <param name="journal">The journal.</param>
    /// <param name="loggers">What it tells the log with.</param>
    /// <param name="readers">Who indexes what is in Kafka, where the options say that this process does: the group of those in this process
    /// who do that already; null for nobody yet.</param>
    /// <exception cref="BadOptionException">Kafka is asked for, and its library is not installed or does not take its
    /// properties.</exception>
    public static async Task<EventFlow> StartAsync(
        TimestoneServerOptions options,
        IJournal journal,
        ILoggerFactory loggers,
        string? readers = null
    )
    {
        var flow = new EventFlow(options, loggers, readers);
        try
        {
            flow.Start(journal);
            return flow;
        }
        catch
        {
            await flow.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Starts something that stands on Kafka's client.</summary>
    /// <exception cref="BadOptionException">It does not take its properties.</exception>
    public static T OnKafka<T>(Func<T> start)
    {
        try
        {
            return start();
        }
        catch (ArgumentException problem)
        {
            throw new BadOptionException("--kafka", problem.Message);
        }
    }

    /// <summary>Tries something that stands on Kafka's client.</summary>
    /// <exception cref="BadOptionException">It does not take its properties.</exception>
    public static void OnKafka(Action attempt) => OnKafka(() =>
    {
        attempt();
        return true;
    });

    /// <summary>Stops all of it; what is not published yet is when the server is started again.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var i = _parts.Count - 1; i >= 0; i--)
            await _parts[i].DisposeAsync().ConfigureAwait(false);
        _parts.Clear();
    }

    private void Start(IJournal journal)
    {
        var (options, loggers) = (_options, _loggers);
        var outbox = _outbox = journal.Outbox;
        if (outbox is not null)
            Add(new Disposal(new OutboxMeter(outbox)));
        var elasticsearch = _elasticsearch = options.Elasticsearch is null
            ? null
            : Add(ElasticsearchIndexing.Start(options.Elasticsearch, loggers, journal.ReadIdAsync));
        if (elasticsearch is not null)
            (Index, Writer, Elasticsearch) = (
                elasticsearch.IndexOf(LagAsync, () => outbox?.Backlog.Dropped > 0 || _progress?.HasLost == true),
                elasticsearch.Writer,
                elasticsearch.Connection
            );
        if (outbox is null)
            return;
        OutboxPump? pump = null;
        IEventLog? log = null;
        if (options.Kafka is not null)
        {
            _kafkaState = new ServiceState("Kafka", loggers.CreateLogger<ServiceState>());
            var kafka = options.Kafka with { State = _kafkaState };
            (pump, log) = (StartKafka(kafka, outbox, elasticsearch), LogOf(kafka));
        }
        else if (elasticsearch is not null)
            pump = StartPump(
                "elasticsearch",
                outbox,
                OutboxStart.Acknowledged,
                new IndexSink(elasticsearch.Writer, loggers.CreateLogger<IndexSink>())
            );

        if (pump is not null)
        {
            Func<CancellationToken, Task> makeVisible = elasticsearch is null ? static _ => Task.CompletedTask : elasticsearch.RefreshAsync;
            _progress = Add(
                new IndexProgress(outbox, pump.LagAsync, log, makeVisible, logState: _kafkaState, delivered: () => pump.Delivered)
            );
            Add(new Disposal(new BacklogMeter(_progress, isIndexed: elasticsearch is not null)));
        }

        // A journal that several servers share has none: what one of them reads of it would not be all.
        if (elasticsearch is null && options.Index == IndexKind.Memory && journal is not ISharedJournal)
            Index = Add(
                MemoryIndexFeed.Start(
                    outbox,
                    loggers.CreateLogger<OutboxPump>(),
                    options.TimeProvider,
                    new MemoryIndexOptions { HistoryLimit = options.IndexTransitions }
                )
            ).Index;
    }

    // Not known as long as nothing is started.
    private ValueTask<TimeSpan?> LagAsync(CancellationToken cancellationToken) =>
        _progress is { } progress ? progress.LagAsync(cancellationToken) : default;

    private KafkaEventLog LogOf(KafkaOptions kafka)
    {
        var group = _options.Role == ServerRole.All && _readers is not null ? _readers : kafka.GroupId;
        return Add(OnKafka(() => new KafkaEventLog(kafka with { GroupId = group }, _loggers.CreateLogger<KafkaEventLog>())));
    }

    private OutboxPump StartKafka(KafkaOptions kafka, IOutbox outbox, ElasticsearchIndexing? elasticsearch)
    {
        var publisher = Add(OnKafka(() => new KafkaPublisher(kafka, _loggers.CreateLogger<KafkaPublisher>())));
        var pump = StartPump("kafka", outbox, OutboxStart.Acknowledged, new WatchedSink(publisher, _kafkaState!));
        if (elasticsearch is not null && _readers is null && _options.Role == ServerRole.All)
            Add(OnKafka(() => Indexing.Start(kafka, elasticsearch.Writer, _loggers)));
        return pump;
    }

    private OutboxPump StartPump(string name, IOutbox outbox, OutboxStart start, IOutboxSink sink) =>
        Add(new OutboxPump(name, outbox, start, sink, _loggers.CreateLogger<OutboxPump>()));

    private T Add<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Add(part);
        return part;
    }

    private sealed class Disposal(IDisposable part) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            part.Dispose();
            return default;
        }
    }
}
