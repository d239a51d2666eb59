namespace Timestone.Hosting;

/// <summary>Turns the command line into configuration, so that an option is the same thing wherever it is given.</summary>
internal static class CommandLine
{
    public const string Usage = """
        timestone-server [options]
          --urls URLS             addresses to listen on (http://127.0.0.1:7070)
          --data DIR              where the data is kept (./data)
          --durability fsync|os   answer when the disk has a change, or when the operating system has it (fsync)
          --redis HOST:PORT[,…]   keep the data in Redis or a Redis Cluster instead; with options as StackExchange.Redis writes
                                  them: ,password=…,ssl=true,sslHost=… Of the servers that share a Redis one is active and
                                  the others stand by, to take over when it ends. For every process to answer, run silos
          --name NAME             what this server is called, unlike others on its Redis; started again under its name it is
                                  active again at once (the machine's name and the ports)
          --advertise-url URL     where callers reach this server, which standbys tell them
          --lease-seconds N       how long the active server may be silent until another takes over (4)
          --lease-renewal-seconds N  how often the active server says that it is there (1)
          --redis-wait-replicas N answer when N replicas have a change, too (0)
          --index memory|none     answer searches from an index in memory, made from the data at each start, or not at all (memory);
                                  data in Redis has none
          --index-transitions N   transitions that the index in memory keeps as history, the oldest give way (200000)
          --kafka HOST:PORT[,…]   publish every transition to Kafka
          --elasticsearch URL[,…] index messages and transitions in Elasticsearch, and answer searches from there
          --scrub-rate N          messages a second that are compared with the index in Elasticsearch at the most, to repair what
                                  differs: 100 take half a percent of a core; 0 for none (100)
          --scrub-interval-seconds N  how long after one comparison the next begins (3600)
          --role all|server|indexer  server: leave what is in Kafka to others to index; indexer: do nothing else than that (all)
          --insecure              allow addresses that other machines can reach
          --allowed-hosts NAME[,…]  host names that requests may be addressed to, beside localhost, 127.0.0.1, [::1] and those in --urls;
                                  *.NAME for all below one, * for all
          --allowed-origins ORIGIN[,…]  web pages that may use the server, such as https://queues.example.org; all others are refused
          --trusted-proxies ADDRESS[,…]  reverse proxies, or their networks, whose X-Forwarded-For, -Host and -Proto count
          --max-connections N     connections over HTTP at the most (all file descriptors of the process but 400, or but a quarter)
          --accept-data-loss      start with what is left where data is lost, and say what is; without it such a start is refused
          --no-auto-create        refuse messages to queues that do not exist
          --help                  this text
        Each can also be set as Timestone:Urls, :Data, :Durability, :Redis, :RedisWaitReplicas, :Name, :AdvertiseUrl, :LeaseSeconds,
        :LeaseRenewalSeconds, :Index, :IndexTransitions, :Kafka, :Elasticsearch, :ScrubRate, :ScrubIntervalSeconds, :Role,
        :Insecure, :AllowedHosts, :AllowedOrigins, :TrustedProxies, :MaxConnections, :AcceptDataLoss, :AutoCreate in appsettings.json or the environment (Timestone__Redis). Timestone:Defaults holds the settings of queues
        that a message creates; below Timestone:Kafka and Timestone:Elasticsearch stand topics, properties, credentials (docs/operations.md).
        """;

    private static readonly Dictionary<string, string> Valued = new(StringComparer.Ordinal)
    {
        ["--urls"] = "Timestone:Urls",
        ["--data"] = "Timestone:Data",
        ["--durability"] = "Timestone:Durability",
        ["--redis"] = "Timestone:Redis",
        ["--redis-wait-replicas"] = "Timestone:RedisWaitReplicas",
        ["--name"] = "Timestone:Name",
        ["--advertise-url"] = "Timestone:AdvertiseUrl",
        ["--lease-seconds"] = "Timestone:LeaseSeconds",
        ["--lease-renewal-seconds"] = "Timestone:LeaseRenewalSeconds",
        ["--index"] = "Timestone:Index",
        ["--index-transitions"] = "Timestone:IndexTransitions",
        ["--kafka"] = "Timestone:Kafka",
        ["--elasticsearch"] = "Timestone:Elasticsearch",
        ["--scrub-rate"] = "Timestone:ScrubRate",
        ["--scrub-interval-seconds"] = "Timestone:ScrubIntervalSeconds",
        ["--role"] = "Timestone:Role",
        ["--allowed-hosts"] = "Timestone:AllowedHosts",
        ["--allowed-origins"] = "Timestone:AllowedOrigins",
        ["--trusted-proxies"] = "Timestone:TrustedProxies",
        ["--max-connections"] = "Timestone:MaxConnections",
    };

    private static readonly Dictionary<string, (string Key, string Value)> Flags = new(StringComparer.Ordinal)
    {
        ["--insecure"] = ("Timestone:Insecure", "true"),
        ["--accept-data-loss"] = ("Timestone:AcceptDataLoss", "true"),
        ["--no-auto-create"] = ("Timestone:AutoCreate", "false"),
    };

    /// <exception cref="BadOptionException">An option is unknown, stands twice, or lacks its value or has one.</exception>
    public static Dictionary<string, string?> Parse(IReadOnlyList<string> args, IReadOnlyDictionary<string, string>? alsoValued = null)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal);
        for (var i = 0; i < args.Count; i++)
        {
            var equals = args[i].IndexOf('=', StringComparison.Ordinal);
            var (name, value) = equals < 0 ? (args[i], null) : (args[i][..equals], args[i][(equals + 1)..]);
            string key;
            if (Flags.TryGetValue(name, out var flag))
            {
                if (value is not null)
                    throw new BadOptionException(name, "takes no value.");
                (key, value) = flag;
            }
            else if (Valued.TryGetValue(name, out key!) || alsoValued?.TryGetValue(name, out key!) == true)
            {
                value ??=
                    i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal)
                        ? args[++i]
                        : throw new BadOptionException(name, "needs a value.");
            }
            else
            {
                throw new BadOptionException(name, "there is no such option; see --help.");
            }

            if (!settings.TryAdd(key, value))
                throw new BadOptionException(name, "stands twice.");
        }

        return settings;
    }
}
