using System.ComponentModel.DataAnnotations;
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
    /// <summary>
    /// Addresses to listen on, separated by semicolons; those of https serve gRPC too, and need a certificate. Port 0 takes a free one.
    /// </summary>
    [Option("addresses to listen on, separated by semicolons; those of https serve gRPC, too", Value = "URLS")]
    public string Urls { get; init; } = "http://127.0.0.1:7070";

    /// <summary>
    /// Addresses to listen on for gRPC, separated by semicolons; HTTP/2 without TLS, which has a port of its own. Port 0 takes a free one.
    /// Empty, or <c>off</c>, for none: then there is gRPC only where <see cref="Urls"/> have https.
    /// </summary>
    [Option("addresses to listen on for gRPC beside those of https, or off", Value = "URLS")]
    public string GrpcUrls { get; init; } = "http://127.0.0.1:7071";

    /// <summary>
    /// A file with the certificate for addresses of https, then its intermediates, as PEM. It is read again when it changes. Null for none.
    /// </summary>
    [Option("the certificate for https, then its intermediates; PEM, read again when it changes", Value = "FILE")]
    public string? TlsCertificate { get; init; }

    /// <summary>A file with the private key of <see cref="TlsCertificate"/>, not encrypted, as PEM. Null for none.</summary>
    [Option("the certificate's private key, not encrypted; PEM", Value = "FILE")]
    public string? TlsKey { get; init; }

    /// <summary>
    /// A file with the certificates of authorities, as PEM: callers at addresses of https must show a certificate that leads to one of
    /// them. Read at the start. Null to ask for none.
    /// </summary>
    [Option("the authorities that callers of https must be certified by; PEM", Value = "FILE")]
    public string? TlsClientCa { get; init; }

    /// <summary>Whether tools such as grpcurl can ask over gRPC what there is to call.</summary>
    [Option("let tools ask over gRPC what there is to call")]
    public bool GrpcReflection { get; init; }

    /// <summary>The directory of the journal; made when it does not exist. No two servers can have the same.</summary>
    [Option("where the data is kept", Value = "DIR", Allowed = "a directory"), Required]
    public string Data { get; init; } = "data";

    /// <summary>What must have happened before a change is answered.</summary>
    [Option("answer when the disk has a change, or when the operating system has it")]
    public Durability Durability { get; init; } = Durability.Fsync;

    /// <summary>
    /// Addresses of a Redis to keep the data in instead of <see cref="Data"/>; see <see cref="RedisJournalOptions.Configuration"/>. Of the
    /// servers that share it one is active, and the others stand by. Null for files.
    /// </summary>
    [Option(
        "keep the data in Redis or a Redis Cluster instead; with options as StackExchange.Redis writes them: "
            + ",password=…,ssl=true,sslHost=… Of the servers that share a Redis one is active and the others stand by, to take over when "
            + "it ends. For every process to answer, run silos",
        Value = "HOST:PORT[,…]"
    )]
    public string? Redis { get; init; }

    /// <summary>How many replicas of Redis must have a change before it is answered. At least 0.</summary>
    [Option("answer when N replicas have a change, too"), Range(0, double.PositiveInfinity)]
    public int RedisWaitReplicas { get; init; }

    /// <summary>
    /// On Redis: what this server is called, and was before it was started again; other servers on the same Redis have other names. Null
    /// for the machine's name with the ports that it listens on.
    /// </summary>
    [Option(
        "what this server is called, unlike others on its Redis; started again under its name it is active again at once; else the "
            + "machine's name and the ports",
        Value = "NAME",
        Allowed = "1 to 200 characters, none of them a control character"
    )]
    [StringLength(200, MinimumLength = 1), RegularExpression(@"\P{Cc}*")]
    public string? Name { get; init; }

    /// <summary>On Redis: where callers reach this server, which standbys tell them; an absolute URL, or null to tell nothing.</summary>
    [Option("where callers reach this server, which standbys tell them", Value = "URL")]
    public string? AdvertiseUrl { get; init; }

    /// <summary>
    /// On Redis: how long the active server may be silent until another becomes active; 1 s to 5 minutes, and at least three times
    /// <see cref="LeaseRenewal"/>.
    /// </summary>
    [Option("how long the active server may be silent until another takes over"), Range(1.0, 300)]
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>On Redis: how often the active server says that it is there; at least 50 ms.</summary>
    [Option("how often the active server says that it is there"), Range(0.05, 100)]
    public TimeSpan LeaseRenewal { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What it answers searches from.</summary>
    [Option("answer searches from an index in memory, made from the data at each start, or not at all; data in Redis has none")]
    public IndexKind Index { get; init; } = IndexKind.Memory;

    /// <summary>
    /// How many transitions and removals the index in memory keeps to be told as history, of all queues together; the oldest give way. At
    /// least 1.
    /// </summary>
    [Option("transitions that the index in memory keeps as history, the oldest give way"), Range(1, double.PositiveInfinity)]
    public int IndexTransitions { get; init; } = new MemoryIndexOptions().HistoryLimit;

    /// <summary>Where transitions are published to; null for nowhere.</summary>
    [Option("publish every transition to Kafka", Value = "HOST:PORT[,…]")]
    public KafkaOptions? Kafka { get; init; }

    /// <summary>Where the indices are, instead of in memory; null for that.</summary>
    [Option("index messages and transitions in Elasticsearch, and answer searches from there", Value = "URL[,…]")]
    public ElasticsearchOptions? Elasticsearch { get; init; }

    /// <summary>
    /// How much may wait to be published or indexed before the oldest is given up: bytes of the log, more than 0. Data in Redis
    /// has a limit of its own.
    /// </summary>
    [Option, Range(1, double.PositiveInfinity)]
    public long OutboxLimitBytes { get; init; } = new FileJournalOptions().OutboxLimitBytes;

    /// <summary>
    /// How many messages a second are compared with the indices in Elasticsearch at the most, for what differs to be repaired; 0 to compare
    /// nothing. Only the index that is marked as this service's is compared.
    /// </summary>
    [Option(
        "messages a second that are compared with the index in Elasticsearch at the most, to repair what differs: 100 take half a percent of "
            + "a core; 0 for none"
    )]
    [Range(0, double.PositiveInfinity)]
    public int ScrubRate { get; init; } = 100;

    /// <summary>How long after one comparison of all messages the next one begins: 1 ms to a day.</summary>
    [Option("how long after one comparison the next begins"), Range(0.001, 86400)]
    public TimeSpan ScrubInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Which parts of the service it runs. <see cref="ServerRole.Indexer"/> is not for <see cref="TimestoneServer"/>.</summary>
    [Option("server: leave what is in Kafka to others to index; indexer: do nothing else than that")]
    public ServerRole Role { get; init; }

    /// <summary>Whether it may listen on addresses that others can reach: there is no authentication.</summary>
    [Option("allow addresses that other machines can reach")]
    public bool Insecure { get; init; }

    /// <summary>
    /// Host names that requests may be addressed to beside those of loopback and of <see cref="Urls"/>: a name or IP address without
    /// a port, <c>*.example.org</c> for every name below one, <c>*</c> for every name.
    /// </summary>
    [Option(
        "host names that requests may be addressed to, beside localhost, 127.0.0.1, [::1] and those in --urls; *.NAME for all below one, "
            + "* for all",
        Value = "NAME[,…]"
    )]
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Origins of web pages that may use the server beside its own: <c>https://queues.example.org</c>.</summary>
    [Option("web pages that may use the server, such as https://queues.example.org; all others are refused", Value = "ORIGIN[,…]")]
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Reverse proxies whose <c>X-Forwarded-</c> headers count: IP addresses, or networks such as <c>10.0.0.0/8</c>.</summary>
    [Option("reverse proxies, or their networks, whose X-Forwarded-For, -Host and -Proto count", Value = "ADDRESS[,…]")]
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>
    /// Connections over HTTP at the most, at least 1; one more is closed as soon as it is made. Null for as many as the limit of the
    /// process's file descriptors leaves room for: all but 400, or but a quarter of them where that is more.
    /// </summary>
    [Option("connections over HTTP at the most; else all file descriptors of the process but 400, or but a quarter")]
    [Range(1, double.PositiveInfinity)]
    public long? MaxConnections { get; init; }

    /// <summary>
    /// Whether to start although data that had become durable is lost from the files in <see cref="Data"/>, with what is left.
    /// Meant for one start: a server that always has it starts over every later loss, too.
    /// </summary>
    [Option("start with what is left where data is lost, and say what is; without it such a start is refused")]
    public bool AcceptDataLoss { get; init; }

    /// <summary>Whether the first message sent to a queue creates it.</summary>
    [Option("refuse messages to queues that do not exist")]
    public bool AutoCreate { get; init; } = true;

    /// <summary>The settings of queues created so.</summary>
    [Option]
    public QueueSettings Defaults { get; init; } = new();

    /// <summary>What the queues go by, in leases and everything else; HTTP has the system's time. For tests.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Opens another journal than the one of files in <see cref="Data"/>; the server owns it. Null for that one.</summary>
    public Func<CancellationToken, Task<IJournal>>? OpenJournal { get; init; }

    /// <summary>The options as a host is told them.</summary>
    public static OptionSection<TimestoneServerOptions> Section { get; } = new("Timestone");

    /// <summary>Whether it listens for gRPC at all.</summary>
    public bool ServesGrpc => HasGrpcUrls || HasTls;

    /// <summary>All addresses to listen on, separated by semicolons.</summary>
    internal string AllUrls => HasGrpcUrls ? $"{Urls};{GrpcUrls}" : Urls;

    /// <summary>Whether gRPC has addresses of its own.</summary>
    internal bool HasGrpcUrls => GrpcUrls is not ("" or "off");

    private bool HasTls => ListenAddresses.Split(Urls).Any(ListenAddresses.IsTls);

    /// <summary>Whether a journal's transitions would be read at all.</summary>
    public bool ReadsOutbox => Kafka is not null || Elasticsearch is not null || (Redis is null && Index == IndexKind.Memory);

    /// <summary>Checks everything that can be checked without trying.</summary>
    /// <exception cref="BadOptionException">An option cannot be.</exception>
    public void Check()
    {
        Section.Check(this);
        ListenAddresses.Check("--urls", Urls, Insecure);
        if (HasGrpcUrls)
            ListenAddresses.Check("--grpc-urls", GrpcUrls, Insecure);
        if (HasGrpcUrls && ListenAddresses.Split(GrpcUrls).Any(ListenAddresses.IsTls))
            throw new BadOptionException("--grpc-urls", "has no https: addresses of https in --urls serve gRPC, too.");
        if (HasTls && (TlsCertificate is null || TlsKey is null))
            throw new BadOptionException("--urls", "an address of https needs --tls-certificate and --tls-key.");
        if (!HasTls && (TlsCertificate ?? TlsKey) is not null)
            throw new BadOptionException(TlsCertificate is null ? "--tls-key" : "--tls-certificate", "is for https, and --urls has none.");
        if (!HasTls && TlsClientCa is not null)
            throw new BadOptionException("--tls-client-ca", "is for https, and --urls has none.");
        ServerAccess.Of(this);
        if (
            AdvertiseUrl is not null
            && !(Uri.TryCreate(AdvertiseUrl, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https", UserInfo: "" })
        )
            throw new BadOptionException("--advertise-url", $"'{AdvertiseUrl}' is no http or https URL, or has a user in it.");
        if (Lease < 3 * LeaseRenewal)
            throw new BadOptionException("--lease-seconds", "must be at least three times --lease-renewal-seconds.");
        if (Role == ServerRole.Indexer && (Kafka is null || Elasticsearch is null))
            throw new BadOptionException("--role", "an indexer needs --kafka and --elasticsearch.");
        if (Redis is null && RedisWaitReplicas > 0)
            throw new BadOptionException("--redis-wait-replicas", "needs --redis.");
        Check("--kafka", () => Kafka?.Validate());
        Check("--elasticsearch", () => Elasticsearch?.Check());
        if (Redis is not null)
            Check("--redis", () => RedisJournal.Check(ForRedis()));
        Check("Timestone:Defaults", () => Validation.Check(Defaults));

        static void Check(string option, Action check)
        {
            try
            {
                check();
            }
            catch (Exception problem) when (problem is ArgumentException or TimestoneException)
            {
                throw new BadOptionException(option, problem.Message.ReplaceLineEndings(" "));
            }
        }
    }

    /// <summary>The journal's own options.</summary>
    internal RedisJournalOptions ForRedis() =>
        new()
        {
            Configuration = Redis!,
            WaitReplicas = RedisWaitReplicas,
            Outbox = ReadsOutbox,
        };
}
