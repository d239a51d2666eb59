using System.Text.Json.Serialization;

namespace Timestone;

/// <summary>A page of queues in the order of their names.</summary>
/// <param name="Queues">The queues.</param>
/// <param name="Next">The cursor that continues after this page; null on the last one.</param>
public sealed record QueuePage(IReadOnlyList<QueueInfo> Queues, string? Next)
{
    /// <summary>
    /// The names of queues that would stand between these, but whose settings are damaged in the store; mostly null or empty.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Unreadable
    {
        get;
        init => field = value is { Count: > 0 } ? value : null;
    }

    /// <summary>
    /// Tells the store of this service's queues from every other. All servers and silos that share a store say the same, as does a copy of
    /// the store. Null where the store has no id, or cannot make one now.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ServiceId { get; init; }
}
