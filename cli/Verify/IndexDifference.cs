using Timestone.Json;

namespace Timestone.Cli;

/// <summary>Something in which the index does not hold a message as its queue does.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Id">The message's id.</param>
/// <param name="Field">What differs: a field's name on the wire, or <c>message</c> where one of the two has none.</param>
/// <param name="Journal">What the queue says.</param>
/// <param name="Index">What the index says.</param>
internal sealed record IndexDifference(string Queue, string Id, string Field, string Journal, string Index)
{
    private const string None = "none";

    /// <summary>In what a message differs between its queue and the index; null stands for none.</summary>
    public static IEnumerable<IndexDifference> Between(string queue, string id, IndexedMessage? journal, IndexedMessage? index)
    {
        if (journal is null || index is null)
            return journal == index ? [] : [new(queue, id, "message", Presence(journal), Presence(index))];
        return
            from pair in Fields(journal).Zip(Fields(index))
            where pair.First.Value != pair.Second.Value
            select new IndexDifference(queue, id, pair.First.Name, pair.First.Value, pair.Second.Value);
    }

    private static string Presence(IndexedMessage? message) =>
        message is null ? None : $"{EnumNames.Of(message.State)} (version {message.Version})";

    private static IEnumerable<(string Name, string Value)> Fields(IndexedMessage message) =>
    [
        ("state", EnumNames.Of(message.State)),
        ("version", Text.Number(message.Version)),
        ("priority", Text.Number(message.Priority)),
        ("metadata", message.Metadata.Count == 0 ? None : message.Metadata.ToString()),
        ("attempt", Text.Number(message.Attempt)),
        ("worker", message.Worker ?? None),
        ("error", message.Error ?? None),
        ("enqueuedAt", Text.Time(message.EnqueuedAt)),
    ];
}
