using System.Reflection;
using Timestone.Indexing.Elasticsearch;
using Timestone.Kafka.Clients;

namespace Timestone.Hosting;

/// <summary>
/// Reads where transitions go: <c>Timestone:Kafka</c> and <c>Timestone:Elasticsearch</c> are the addresses, and what stands below
/// each are the properties of <see cref="KafkaOptions"/> and <see cref="ElasticsearchOptions"/>.
/// </summary>
internal static class EventConfiguration
{
    /// <exception cref="BadOptionException">Something below it is unknown or cannot be what it is.</exception>
    public static KafkaOptions? Kafka(IConfigurationSection section) =>
        IsGiven("--kafka", section) ? WithNames(Bind(section, new KafkaOptions { BootstrapServers = section.Value! })) : null;

    /// <exception cref="BadOptionException">Something below it is unknown or cannot be what it is.</exception>
    public static ElasticsearchOptions? Elasticsearch(IConfigurationSection section) =>
        IsGiven("--elasticsearch", section)
            ? Bind(
                section,
                new ElasticsearchOptions { Addresses = [.. section.Value!.Split(',', StringSplitOptions.TrimEntries).Select(Address)] }
            )
            : null;

    // A shell takes no variable with a dot in its name, and in some everything is capital.
    private static KafkaOptions WithNames(KafkaOptions options) =>
        options with
        {
            Properties = options.Properties.ToDictionary(
                static pair => pair.Key.ToLowerInvariant().Replace('_', '.'),
                static pair => pair.Value
            ),
        };

    private static bool IsGiven(string option, IConfigurationSection section)
    {
        if (section.Value is null && section.GetChildren().Any())
            throw new BadOptionException(option, $"is needed for what stands below {section.Path}.");
        return section.Value is not null;
    }

    private static Uri Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
            ? address
            : throw new BadOptionException("--elasticsearch", $"'{text}' is not a URL.");

    private static T Bind<T>(IConfigurationSection section, T options)
    {
        foreach (var given in section.GetChildren())
        {
            if (typeof(T).GetProperty(given.Key, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase) is null)
                throw new BadOptionException(given.Path, "there is no such option.");
        }

        try
        {
            section.Bind(options);
            return options;
        }
        catch (InvalidOperationException problem)
        {
            throw new BadOptionException(section.Path, problem.Message);
        }
    }
}
