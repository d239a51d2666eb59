using System.CommandLine;
using Timestone.Kafka.Clients;

namespace Timestone.Cli;

/// <summary>Where Kafka is, for the commands that read there themselves.</summary>
internal sealed class KafkaSymbols
{
    public Option<string?> Servers { get; } =
        new("--kafka")
        {
            Description = "Brokers of Kafka, to read transitions again that histories lack; without it they stay lost.",
            HelpName = "host:port,...",
        };

    public Option<string?> Topic { get; } =
        new("--kafka-topic") { Description = "The topic of transitions (timestone.historic).", HelpName = "name" };

    public Option<string?> Properties { get; } = new("--kafka-properties")
    {
        Description = "A file of properties of Kafka's client, name=value a line, as librdkafka calls them: security.protocol and so on.",
        HelpName = "file",
    };

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [Servers, Topic, Properties];

    /// <summary>What was given; null where that is nothing.</summary>
    /// <exception cref="UsageException">The file cannot be read, or a line of it is none.</exception>
    public KafkaOptions? OptionsOf(Call call)
    {
        if (call.Get(Servers) is not { } servers)
            return null;
        var options = new KafkaOptions
        {
            BootstrapServers = servers,
            Properties = call.Get(Properties) is { } file ? Read(file) : new Dictionary<string, string>(),
        };
        return call.Get(Topic) is { } topic ? options with { HistoricTopic = topic } : options;
    }

    private static Dictionary<string, string> Read(string file)
    {
        try
        {
            return File.ReadLines(file)
                .Where(static line => line.Trim() is { Length: > 0 } and not ['#', ..])
                .Select(line => Pair(file, line))
                .ToDictionary(static pair => pair.Name, static pair => pair.Value, StringComparer.Ordinal);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"--kafka-properties: {problem.Message}");
        }
    }

    private static (string Name, string Value) Pair(string file, string line)
    {
        var end = line.IndexOf('=', StringComparison.Ordinal);
        return end > 0
            ? (line[..end].Trim(), line[(end + 1)..].Trim())
            : throw new UsageException($"--kafka-properties: a line of {file} is no name=value.");
    }
}
