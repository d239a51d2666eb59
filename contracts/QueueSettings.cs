using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>
/// What a queue is and how it treats its messages. Defaults suit a queue of jobs of a few seconds whose failures are looked at within two
/// weeks.
/// </summary>
/// <remarks>
/// Durations are kept in milliseconds. What has a default is settable, not init-only: the serializer that is generated sets init-only
/// properties even where the JSON does not say, to null or zero. Set them only while making one.
/// </remarks>
public sealed record QueueSettings
{
    /// <summary>Simple or exclusive; fixed once the queue exists.</summary>
    public QueueType Type { get; init; }

    /// <summary>
    /// The metadata key whose value excludes; required in an exclusive queue, absent in a simple one; fixed once the queue exists.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ExclusivityKey { get; init; }

    /// <summary>
    /// How long a consumer holds a message when neither the dequeue nor the message says; <see cref="Limits.MinLease"/> to
    /// <see cref="Limits.MaxLease"/>.
    /// </summary>
    [JsonPropertyName("leaseSeconds"), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a new message stays invisible when it does not say; 0 to <see cref="Limits.MaxInvisible"/>.</summary>
    [JsonPropertyName("invisibleSeconds"), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan Invisible { get; init; }

    /// <summary>
    /// How many times a message may be dequeued before a failure ends it; 1 to 1000. With the default backoff a message whose attempts all
    /// fail at once rides out an hour: 58 to 77 minutes pass before it is errored. A changed limit counts at the next failure or expiry: a
    /// message that waits for its next attempt keeps it.
    /// </summary>
    public int MaxAttempts { get; set; } = 16;

    /// <summary>The wait between attempts.</summary>
    public Backoff Backoff { get; set; } = new();

    /// <summary>
    /// How long completed and canceled messages are kept; 0 to <see cref="Limits.MaxRetention"/>. Idempotency lasts as long.
    /// </summary>
    [JsonPropertyName("retentionSeconds"), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan Retention { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long errored messages are kept; 0 to <see cref="Limits.MaxRetention"/>. They keep their ids as long.</summary>
    [JsonPropertyName("erroredRetentionSeconds"), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan ErroredRetention { get; set; } = TimeSpan.FromDays(14);

    /// <summary>
    /// How many errored messages are kept: beyond it those whose retention ends first are removed, mostly the oldest; 0 means no limit.
    /// </summary>
    public long MaxErrored { get; set; } = 1_000_000;

    /// <summary>How many messages that are not terminal the queue takes; 0 means no limit.</summary>
    public long MaxDepth { get; init; }

    /// <summary>The largest payload, in bytes as stored; 0 to <see cref="Limits.MaxPayloadBytes"/>.</summary>
    public int MaxPayloadBytes { get; set; } = 256 * 1024;

    /// <summary>While true, new messages are refused.</summary>
    public bool EnqueueBlocked { get; init; }

    /// <summary>While true, dequeues answer as if the queue were empty.</summary>
    public bool DequeueBlocked { get; init; }

    /// <summary>Whether the transition that a message's enqueue makes is streamed and indexed with its payload.</summary>
    public bool PublishPayloads { get; init; }
}
