using Timestone.Backends.Elasticsearch;
using Timestone.Backends.Events;
using Timestone.Backends.Indexing;
using Timestone.Backends.Kafka;
using Timestone.Engine;

namespace Timestone.Server;

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
    private readonly bool _readsKafka;

    private EventFlow(TimestoneServerOptions options, ILoggerFactory loggers, bool readsKafka) => (_options, _loggers, _readsKafka) = (options, loggers, readsKafka);

    /// <summary>What searches are answered from; null for nothing.</summary>
    public IIndex? Index { get; private set; }

    /// <summary>What writes the indices in Elasticsearch; null without.</summary>
    public IIndexWriter? Writer { get; private set; }

    /// <summary>Where the indices in Elasticsearch are; null without.</summary>
    public ElasticsearchConnection? Elasticsearch { get; private set; }

    /// <summary>Starts what the options say.</summary>
    /// <param name="options">The options.</param>
    /// <param name="journal">The journal.</param>
    /// <param name="loggers">What it tells the log with.</param>
    /// <param name="readsKafka">Whether this indexes what is in Kafka, where the options say that this process does; else somebody else in it does.</param>
    /// <exception cref="BadOptionException">Kafka is asked for, and its library is not installed or does not take its properties.</exception>
    public static async Task<EventFlow> StartAsync(TimestoneServerOptions options, IJournal journal, ILoggerFactory loggers, bool readsKafka = true)
    {
        var flow = new EventFlow(options, loggers, readsKafka);
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

    /// <summary>Whether a journal's outbox would be read at all.</summary>
    public static bool Reads(TimestoneServerOptions options) =>
        options.Kafka is not null || options.Elasticsearch is not null || (options.Redis is null && options.Index == IndexKind.Memory);

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
        var outbox = journal.Outbox;
        if (outbox is not null)
            Add(new Meters(new OutboxMeter(outbox)));
        var elasticsearch = options.Elasticsearch is null ? null : Add(ElasticsearchIndexing.Start(options.Elasticsearch, loggers));
        if (elasticsearch is not null)
            (Index, Writer, Elasticsearch) = (elasticsearch.IndexOf(outbox), elasticsearch.Writer, elasticsearch.Connection);
        if (outbox is null)
            return;
        if (options.Kafka is not null)
            StartKafka(options.Kafka, outbox, elasticsearch);
        else if (elasticsearch is not null)
            StartPump("elasticsearch", outbox, OutboxStart.Acknowledged, new IndexSink(elasticsearch.Writer, loggers.CreateLogger<IndexSink>()));

        // A journal that several servers share has none: what one of them reads of it would not be all.
        if (elasticsearch is null && options.Index == IndexKind.Memory && journal is not ISharedJournal)
            Index = Add(MemoryIndexFeed.Start(outbox, loggers.CreateLogger<OutboxPump>(), options.TimeProvider, new MemoryIndexOptions { HistoryLimit = options.IndexTransitions })).Index;
    }

    private void StartKafka(KafkaOptions kafka, IOutbox outbox, ElasticsearchIndexing? elasticsearch)
    {
        var publisher = Add(OnKafka(() => new KafkaPublisher(kafka, _loggers.CreateLogger<KafkaPublisher>())));
        StartPump("kafka", outbox, OutboxStart.Acknowledged, publisher);
        if (elasticsearch is not null && _readsKafka && _options.Role == ServerRole.All)
            Add(OnKafka(() => Indexing.Start(kafka, elasticsearch.Writer, _loggers)));
    }

    private void StartPump(string name, IOutbox outbox, OutboxStart start, IOutboxSink sink) =>
        Add(new OutboxPump(name, outbox, start, sink, _loggers.CreateLogger<OutboxPump>()));

    private T Add<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Add(part);
        return part;
    }

    private sealed class Meters(OutboxMeter meter) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            meter.Dispose();
            return default;
        }
    }
}
