using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Timestone.Journals.Files;
using Timestone.Json;

namespace Timestone.Hosting;

/// <summary>Reads a server's options from configuration: the section <c>Timestone</c>, and the host's own <c>urls</c>.</summary>
internal static class ServerConfiguration
{
    private const string Section = "Timestone";
    private static readonly string[] Known =
    [
        "Urls",
        "Data",
        "Durability",
        "Redis",
        "RedisWaitReplicas",
        "Name",
        "AdvertiseUrl",
        "LeaseSeconds",
        "LeaseRenewalSeconds",
        "Index",
        "IndexTransitions",
        "Kafka",
        "Elasticsearch",
        "OutboxLimitBytes",
        "ScrubRate",
        "ScrubIntervalSeconds",
        "Role",
        "Insecure",
        "AllowedHosts",
        "AllowedOrigins",
        "TrustedProxies",
        "MaxConnections",
        "AcceptDataLoss",
        "AutoCreate",
        "Defaults",
    ];

    // As everywhere in configuration.
    private static readonly JsonSerializerOptions AnyCase = new(TimestoneJson.Default.Options) { PropertyNameCaseInsensitive = true };

    /// <param name="configuration">The host's configuration.</param>
    /// <param name="alsoKnown">What may stand in the section besides, for somebody else to read.</param>
    /// <exception cref="BadOptionException">An option is unknown or cannot be what it is.</exception>
    public static TimestoneServerOptions Read(IConfiguration configuration, string? alsoKnown = null)
    {
        var section = configuration.GetSection(Section);
        foreach (var given in section.GetChildren())
        {
            if (!Known.Append(alsoKnown).Contains(given.Key, StringComparer.OrdinalIgnoreCase))
                throw new BadOptionException(given.Path, "there is no such option.");
        }

        if (configuration.GetSection("Kestrel:Endpoints").Exists())
            throw new BadOptionException("Kestrel:Endpoints", "is not used; say what to listen on with --urls.");

        var absent = new TimestoneServerOptions();
        var options = new TimestoneServerOptions
        {
            Urls = section["Urls"] ?? configuration["urls"] ?? absent.Urls,
            Data = section["Data"] ?? absent.Data,
            Durability = section["Durability"] switch
            {
                null => absent.Durability,
                "fsync" => Durability.Fsync,
                "os" => Durability.Os,
                var other => throw new BadOptionException("--durability", $"'{other}' must be fsync or os."),
            },
            Redis = section["Redis"],
            RedisWaitReplicas = section["RedisWaitReplicas"] switch
            {
                null => absent.RedisWaitReplicas,
                var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) => count,
                var other => throw new BadOptionException("--redis-wait-replicas", $"'{other}' must be a whole number."),
            },
            Name = section["Name"],
            AdvertiseUrl = section["AdvertiseUrl"],
            LeaseDuration = Seconds("--lease-seconds", section["LeaseSeconds"], absent.LeaseDuration),
            LeaseRenewal = Seconds("--lease-renewal-seconds", section["LeaseRenewalSeconds"], absent.LeaseRenewal),
            Index = section["Index"] switch
            {
                null => absent.Index,
                "memory" => IndexKind.Memory,
                "none" => IndexKind.None,
                var other => throw new BadOptionException("--index", $"'{other}' must be memory or none."),
            },
            IndexTransitions = section["IndexTransitions"] switch
            {
                null => absent.IndexTransitions,
                var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) => count,
                var other => throw new BadOptionException("--index-transitions", $"'{other}' must be a whole number."),
            },
            Kafka = EventConfiguration.Kafka(section.GetSection("Kafka")),
            Elasticsearch = EventConfiguration.Elasticsearch(section.GetSection("Elasticsearch")),
            OutboxLimitBytes = section["OutboxLimitBytes"] switch
            {
                null => absent.OutboxLimitBytes,
                var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) => bytes,
                var other => throw new BadOptionException($"{Section}:OutboxLimitBytes", $"'{other}' must be a whole number."),
            },
            ScrubRate = section["ScrubRate"] switch
            {
                null => absent.ScrubRate,
                var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) => count,
                var other => throw new BadOptionException("--scrub-rate", $"'{other}' must be a whole number."),
            },
            ScrubInterval = Seconds("--scrub-interval-seconds", section["ScrubIntervalSeconds"], absent.ScrubInterval),
            Role = section["Role"] switch
            {
                null or "all" => ServerRole.All,
                "server" => ServerRole.Server,
                "indexer" => ServerRole.Indexer,
                var other => throw new BadOptionException("--role", $"'{other}' must be all, server or indexer."),
            },
            Insecure = Flag(section, "Insecure", absent.Insecure),
            AllowedHosts = List(section, "AllowedHosts"),
            AllowedOrigins = List(section, "AllowedOrigins"),
            TrustedProxies = List(section, "TrustedProxies"),
            MaxConnections = section["MaxConnections"] switch
            {
                null => null,
                var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) => count,
                var other => throw new BadOptionException("--max-connections", $"'{other}' must be a whole number."),
            },
            AcceptDataLoss = Flag(section, "AcceptDataLoss", absent.AcceptDataLoss),
            AutoCreate = Flag(section, "AutoCreate", absent.AutoCreate),
            Defaults = Defaults(section.GetSection("Defaults")),
        };
        options.Check();
        return options;
    }

    // One text with commas, or a list as JSON writes it.
    private static string[] List(IConfigurationSection section, string name) =>
        (section[name] ?? string.Join(',', section.GetSection(name).GetChildren().Select(static child => child.Value)))
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static TimeSpan Seconds(string option, string? text, TimeSpan absent) =>
        text is null ? absent
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
        && seconds <= TimeSpan.FromDays(1).TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new BadOptionException(option, $"'{text}' must be a number of seconds.");

    private static bool Flag(IConfigurationSection section, string name, bool absent) => section[name] switch
    {
        null => absent,
        var text when bool.TryParse(text, out var flag) => flag,
        var text => throw new BadOptionException($"{section.Path}:{name}", $"'{text}' must be true or false."),
    };

    /// <summary>The settings under their names on the wire: what a PUT of a queue takes can be copied here.</summary>
    private static QueueSettings Defaults(IConfigurationSection section)
    {
        try
        {
            return section.Exists()
                ? (QueueSettings)ToJson(section).Deserialize(AnyCase.GetTypeInfo(typeof(QueueSettings)))!
                : new QueueSettings();
        }
        catch (JsonException problem)
        {
            throw new BadOptionException(
                $"{section.Path}{problem.Path?[1..].Replace('.', ':')}",
                "is no setting of a queue, or has a value that it cannot have."
            );
        }
    }

    private static JsonNode ToJson(IConfigurationSection section)
    {
        if (section.Value is { } text)
        {
            // Configuration knows only text.
            return text is "true" or "false" || double.TryParse(text, out _) ? JsonNode.Parse(text)! : JsonValue.Create(text);
        }

        var json = new JsonObject();
        foreach (var child in section.GetChildren())
            json.Add(child.Key, ToJson(child));
        return json;
    }
}
