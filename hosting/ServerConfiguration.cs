using System.Text.Json;
using System.Text.Json.Nodes;
using Timestone.Json;

namespace Timestone.Hosting;

/// <summary>Reads a server's options from configuration: the section <c>Timestone</c>, and the host's own <c>urls</c>.</summary>
internal static class ServerConfiguration
{
    // As everywhere in configuration.
    private static readonly JsonSerializerOptions AnyCase = new(TimestoneJson.Default.Options) { PropertyNameCaseInsensitive = true };

    /// <param name="configuration">The host's configuration.</param>
    /// <param name="others">What may stand in the section besides, for somebody else to read.</param>
    /// <exception cref="BadOptionException">An option is unknown or cannot be what it is.</exception>
    public static TimestoneServerOptions Read(IConfiguration configuration, params IEnumerable<HostOption> others)
    {
        if (configuration.GetSection("Kestrel:Endpoints").Exists())
            throw new BadOptionException("Kestrel:Endpoints", "is not used; say what to listen on with --urls.");
        var section = configuration.GetSection("Timestone");
        var read = TimestoneServerOptions.Section.Read(configuration, others);
        var options = read with
        {
            Urls = section["Urls"] ?? configuration["urls"] ?? read.Urls,
            Kafka = EventConfiguration.Kafka(section.GetSection("Kafka")),
            Elasticsearch = EventConfiguration.Elasticsearch(section.GetSection("Elasticsearch")),
            Defaults = Defaults(section.GetSection("Defaults")),
        };
        options.Check();
        return options;
    }

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
