using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>A queue in figures.</summary>
public sealed record QueueStats
{
    /// <summary>The queue's name.</summary>
    public required string Queue { get; init; }

    /// <summary>When the figures were true.</summary>
    [JsonConverter(typeof(Rfc3339Converter))]
    public required DateTimeOffset At { get; init; }

    /// <summary>Messages per state.</summary>
    public required StateCounts Counts { get; init; }

    /// <summary>Time since the enqueue of the message that has been in the queue longest of those pending; null when none is.</summary>
    [JsonPropertyName("oldestPendingSeconds"), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? OldestPending { get; init; }

    /// <summary>How late messages are dequeued.</summary>
    public required Lateness Lateness { get; init; }

    /// <summary>What happens per second.</summary>
    public required QueueRates Rates { get; init; }

    /// <summary>How many messages were removed, by cause, since the queue was last opened.</summary>
    public required RemovalCounts Removed { get; init; }

    /// <summary>The space of the journal, which is that of all queues of the server; null where the journal does not tell.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JournalSpace? Journal { get; init; }
}
