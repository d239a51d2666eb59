using Timestone.Engine;
using Timestone.Indexing.Elasticsearch;
using Timestone.Indexing.Memory;
using Timestone.Journals.Files;
using Timestone.Journals.Redis;
using Timestone.Kafka.Clients;

namespace Timestone.Hosting;

/// <summary>What a server listens on, where it keeps its data and how it behaves.</summary>
public sealed record TimestoneServerOptions
{
    /// <summary>Addresses to listen on, separated by semicolons; plain HTTP. Port 0 takes a free one.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:7070";

    /// <summary>The directory of the journal; made when it does not exist. No two servers can have the same.</summary>
    public string Data { get; init; } = "data";

    /// <summary>What must have happened before a change is answered.</summary>
    public Durability Durability { get; init; } = Durability.Fsync;

    /// <summary>
    /// Addresses of a Redis to keep the data in instead of <see cref="Data"/>; see <see cref="RedisJournalOptions.Configuration"/>. Of the
    /// servers that share it one is active, and the others stand by. Null for files.
    /// </summary>
    public string? Redis { get; init; }

    /// <summary>How many replicas of Redis must have a change before it is answered. At least 0.</summary>
    public int RedisWaitReplicas { get; init; }

    /// <summary>
    /// On Redis: what this server is called, and was before it was started again; other servers on the same Redis have other names. Null
    /// for the machine's name with the ports that it listens on.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>On Redis: where callers reach this server, which standbys tell them; an absolute URL, or null to tell nothing.</summary>
    public string? AdvertiseUrl { get; init; }

    /// <summary>
    /// On Redis: how long the active server may be silent until another becomes active; 1 s to 5 minutes, and at least three times
    /// <see cref="LeaseRenewal"/>.
    /// </summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>On Redis: how often the active server says that it is there; at least 50 ms.</summary>
    public TimeSpan LeaseRenewal { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What it answers searches from.</summary>
    public IndexKind Index { get; init; } = IndexKind.Memory;

    /// <summary>
    /// How many transitions and removals the index in memory keeps to be told as history, of all queues together; the oldest give way. At
    /// least 1.
    /// </summary>
    public int IndexTransitions { get; init; } = new MemoryIndexOptions().HistoryLimit;

    /// <summary>Where transitions are published to; null for nowhere.</summary>
    public KafkaOptions? Kafka { get; init; }

    /// <summary>Where the indices are, instead of in memory; null for that.</summary>
    public ElasticsearchOptions? Elasticsearch { get; init; }

    /// <summary>
    /// How much may wait to be published or indexed before the oldest is given up: bytes of the log, more than 0. Data in Redis
    /// has a limit of its own.
    /// </summary>
    public long OutboxLimitBytes { get; init; } = new FileJournalOptions().OutboxLimitBytes;

    /// <summary>
    /// How many messages a second are compared with the indices in Elasticsearch at the most, for what differs to be repaired; 0 to compare
    /// nothing. Only the index that is marked as this service's is compared.
    /// </summary>
    public int ScrubRate { get; init; } = 100;

    /// <summary>How long after one comparison of all messages the next one begins. More than 0.</summary>
    public TimeSpan ScrubInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Which parts of the service it runs. <see cref="ServerRole.Indexer"/> is not for <see cref="TimestoneServer"/>.</summary>
    public ServerRole Role { get; init; }

    /// <summary>Whether it may listen on addresses that others can reach: there is no authentication.</summary>
    public bool Insecure { get; init; }

    /// <summary>
    /// Host names that requests may be addressed to beside those of loopback and of <see cref="Urls"/>: a name or IP address without
    /// a port, <c>*.example.org</c> for every name below one, <c>*</c> for every name.
    /// </summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Origins of web pages that may use the server beside its own: <c>https://queues.example.org</c>.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Reverse proxies whose <c>X-Forwarded-</c> headers count: IP addresses, or networks such as <c>10.0.0.0/8</c>.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>
    /// Connections over HTTP at the most, at least 1; one more is closed as soon as it is made. Null for as many as the limit of the
    /// process's file descriptors leaves room for: all but 400, or but a quarter of them where that is more.
    /// </summary>
    public long? MaxConnections { get; init; }

    /// <summary>
    /// Whether to start although data that had become durable is lost from the files in <see cref="Data"/>, with what is left.
    /// Meant for one start: a server that always has it starts over every later loss, too.
    /// </summary>
    public bool AcceptDataLoss { get; init; }

    /// <summary>Whether the first message sent to a queue creates it.</summary>
    public bool AutoCreate { get; init; } = true;

    /// <summary>The settings of queues created so.</summary>
    public QueueSettings Defaults { get; init; } = new();

    /// <summary>What the queues go by, in leases and everything else; HTTP has the system's time. For tests.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Opens another journal than the one of files in <see cref="Data"/>; the server owns it. Null for that one.</summary>
    public Func<CancellationToken, Task<IJournal>>? OpenJournal { get; init; }

    /// <summary>Checks everything that can be checked without trying.</summary>
    /// <exception cref="BadOptionException">An option cannot be.</exception>
    public void Check()
    {
        ListenAddresses.Check(Urls, Insecure);
        ServerAccess.Of(this);
        if (MaxConnections < 1)
            throw new BadOptionException("--max-connections", "must be at least 1.");
        if (string.IsNullOrWhiteSpace(Data))
            throw new BadOptionException("--data", "a directory is needed.");
        if (!Enum.IsDefined(Durability))
            throw new BadOptionException("--durability", "must be fsync or os.");
        if (IndexTransitions < 1)
            throw new BadOptionException("--index-transitions", "must be at least 1.");
        if (!Enum.IsDefined(Index))
            throw new BadOptionException("--index", "must be memory or none.");
        if (ScrubRate < 0)
            throw new BadOptionException("--scrub-rate", "must be at least 0.");
        if (ScrubInterval <= TimeSpan.Zero)
            throw new BadOptionException("--scrub-interval-seconds", "must be more than 0.");
        CheckEvents();
        if (RedisWaitReplicas < 0)
            throw new BadOptionException("--redis-wait-replicas", "must be at least 0.");
        if (Redis is null && RedisWaitReplicas > 0)
            throw new BadOptionException("--redis-wait-replicas", "needs --redis.");
        if (Redis is not null)
            CheckRedis();
        CheckLease();
        try
        {
            Validation.Check(Defaults);
        }
        catch (TimestoneException problem)
        {
            throw new BadOptionException("Timestone:Defaults", problem.Message);
        }
    }

    /// <summary>The journal's own options.</summary>
    internal RedisJournalOptions ForRedis() =>
        new()
        {
            Configuration = Redis!,
            WaitReplicas = RedisWaitReplicas,
            Outbox = EventFlow.Reads(this),
        };

    private void CheckLease()
    {
        if (Name is not null && (Name.Length is 0 or > 200 || Name.Any(char.IsControl)))
            throw new BadOptionException("--name", "must be 1 to 200 characters, none of them a control character.");
        if (
            AdvertiseUrl is not null
            && !(Uri.TryCreate(AdvertiseUrl, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https", UserInfo: "" })
        )
            throw new BadOptionException("--advertise-url", $"'{AdvertiseUrl}' is no http or https URL, or has a user in it.");
        if (LeaseRenewal < TimeSpan.FromMilliseconds(50))
            throw new BadOptionException("--lease-renewal-seconds", "must be at least 0.05.");
        if (LeaseDuration < TimeSpan.FromSeconds(1) || LeaseDuration > TimeSpan.FromMinutes(5) || LeaseDuration < 3 * LeaseRenewal)
            throw new BadOptionException("--lease-seconds", "must be 1 to 300, and at least three times --lease-renewal-seconds.");
    }

    private void CheckEvents()
    {
        if (!Enum.IsDefined(Role))
            throw new BadOptionException("--role", "must be all, server or indexer.");
        if (Role == ServerRole.Indexer && (Kafka is null || Elasticsearch is null))
            throw new BadOptionException("--role", "an indexer needs --kafka and --elasticsearch.");
        if (OutboxLimitBytes <= 0)
            throw new BadOptionException("Timestone:OutboxLimitBytes", "must be more than 0.");
        Check("--kafka", () => Kafka?.Validate());
        Check("--elasticsearch", () => Elasticsearch?.Check());

        static void Check(string option, Action check)
        {
            try
            {
                check();
            }
            catch (ArgumentException problem)
            {
                throw new BadOptionException(option, problem.Message.ReplaceLineEndings(" "));
            }
        }
    }

    private void CheckRedis()
    {
        try
        {
            RedisJournal.Check(ForRedis());
        }
        catch (ArgumentException problem)
        {
            throw new BadOptionException("--redis", problem.Message);
        }
    }
}
