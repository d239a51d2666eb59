using System.Globalization;
using System.Text.Json;

namespace Timestone.Cli;

/// <summary>What a command is told of its message by environment variables.</summary>
internal static class MessageVariables
{
    private const string MetadataPrefix = "TIMESTONE_METADATA_";

    /// <summary>Sets the variables; each metadata pair that cannot have one is told to <paramref name="warn"/>.</summary>
    public static void Set(Message message, IDictionary<string, string?> environment, Action<string> warn)
    {
        environment["TIMESTONE_QUEUE"] = message.Queue;
        environment["TIMESTONE_ID"] = message.Id;
        environment["TIMESTONE_ATTEMPT"] = Number(message.Attempt);
        environment["TIMESTONE_ATTEMPTS_LEFT"] = Number(message.AttemptsLeft);
        environment["TIMESTONE_PRIORITY"] = Number(message.Priority);
        environment["TIMESTONE_ENQUEUED_AT"] = Text.Time(message.EnqueuedAt);
        if (message.Deadline is { } deadline)
            environment["TIMESTONE_DEADLINE"] = Text.Time(deadline);
        environment["TIMESTONE_METADATA"] = JsonSerializer.Serialize(message.Metadata, CliJson.Default.Metadata);
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in message.Metadata)
        {
            var name = MetadataPrefix + key.Replace('.', '_').Replace('-', '_').ToUpperInvariant();
            if (!keys.TryAdd(name, key))
                warn(
                    $"{message.Id}: the metadata key '{key}' has no variable of its own: {name} holds that of '{keys[name]}'; TIMESTONE_METADATA has both"
                );
            else if (value.Contains('\0', StringComparison.Ordinal))
                warn(
                    $"{message.Id}: the metadata key '{key}' has no variable: its value has a NUL, which no variable can hold; TIMESTONE_METADATA has it"
                );
            else
                environment[name] = value;
        }
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
