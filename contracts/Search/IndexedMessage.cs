using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>A message as the index of current messages holds it, and as it is streamed: as of one version, without its payload.</summary>
public sealed record IndexedMessage
{
    /// <summary>The queue that holds it.</summary>
    public required string Queue { get; init; }

    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Tells apart messages that had the same id one after the other: opaque.</summary>
    public required string Life { get; init; }

    /// <summary>How many transitions it had made; its enqueue is the first.</summary>
    public required int Version { get; init; }

    /// <summary>Where it was in its life.</summary>
    public required MessageState State { get; init; }

    /// <summary>Its priority, lower first.</summary>
    public required long Priority { get; init; }

    /// <summary>The deadline it was enqueued with, if it was.</summary>
    [JsonConverter(typeof(Rfc3339Converter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>What describes it.</summary>
    public required Metadata Metadata { get; init; }

    /// <summary>When it was enqueued.</summary>
    [JsonConverter(typeof(Rfc3339Converter))]
    public required DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>When it made its last transition.</summary>
    [JsonConverter(typeof(Rfc3339Converter))]
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it becomes pending; only while invisible.</summary>
    [JsonConverter(typeof(Rfc3339Converter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? VisibleAt { get; init; }

    /// <summary>How many attempts have been spent since its enqueue or last redrive; a running one counts.</summary>
    public required int Attempt { get; init; }

    /// <summary>Who holds it, or held it last, by the name the consumer gave.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Worker { get; init; }

    /// <summary>Why its last attempt failed, or the reason of its cancel.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    /// <summary>A message as an index that has come to its version holds it.</summary>
    /// <exception cref="ArgumentException">It does not tell its life, as in the answer to a dequeue.</exception>
    public static IndexedMessage Of(Message message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new IndexedMessage
        {
            Queue = message.Queue,
            Id = message.Id,
            Life = message.Life ?? throw new ArgumentException("The message does not tell its life.", nameof(message)),
            Version = message.Version,
            State = message.State,
            Priority = message.Priority,
            Deadline = message.Deadline,
            Metadata = message.Metadata,
            EnqueuedAt = message.EnqueuedAt,
            UpdatedAt = message.UpdatedAt,
            VisibleAt = message.VisibleAt,
            Attempt = message.Attempt,
            Worker = message.Worker,
            Error = message.Error,
        };
    }
}
