using Timestone.Json;

namespace Timestone.Cli;

/// <summary>What queue and index must agree on of a message, and what finds it in the index again.</summary>
internal sealed record ComparedMessage(
    MessageState State,
    int Version,
    long Priority,
    Metadata Metadata,
    int Attempt,
    string? Worker,
    string? Error,
    DateTimeOffset EnqueuedAt
)
{
    private const string None = "none";

    public static ComparedMessage Of(Message message) =>
        new(
            message.State,
            message.Version,
            message.Priority,
            message.Metadata,
            message.Attempt,
            message.Worker,
            message.Error,
            message.EnqueuedAt
        );

    public static ComparedMessage Of(IndexedMessage message) =>
        new(
            message.State,
            message.Version,
            message.Priority,
            message.Metadata,
            message.Attempt,
            message.Worker,
            message.Error,
            message.EnqueuedAt
        );

    /// <summary>In what a message differs; null stands for none.</summary>
    public static IEnumerable<IndexDifference> Differences(string queue, string id, ComparedMessage? journal, ComparedMessage? index)
    {
        if (journal is null || index is null)
            return journal == index ? [] : [new(queue, id, "message", Presence(journal), Presence(index))];
        return
            from pair in journal.Fields().Zip(index.Fields())
            where pair.First.Value != pair.Second.Value
            select new IndexDifference(queue, id, pair.First.Name, pair.First.Value, pair.Second.Value);
    }

    private static string Presence(ComparedMessage? message) =>
        message is null ? None : $"{EnumNames.Of(message.State)} (version {message.Version})";

    private IEnumerable<(string Name, string Value)> Fields() =>
    [
        ("state", EnumNames.Of(State)),
        ("version", Text.Number(Version)),
        ("priority", Text.Number(Priority)),
        ("metadata", Metadata.Count == 0 ? None : Metadata.ToString()),
        ("attempt", Text.Number(Attempt)),
        ("worker", Worker ?? None),
        ("error", Error ?? None),
        ("enqueuedAt", Text.Time(EnqueuedAt)),
    ];
}
