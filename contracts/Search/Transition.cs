using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>
/// One transition of a message as the historic index holds it, and as it is streamed; or its removal, if it was errored or canceled, or
/// was purged. A removal is no transition of the queue: it has no <see cref="To"/> and is counted nowhere as one.
/// </summary>
public sealed record Transition
{
    /// <summary>The message's queue.</summary>
    public required string Queue { get; init; }

    /// <summary>The message's id.</summary>
    public required string Id { get; init; }

    /// <summary>Tells apart messages that had the same id one after the other: opaque.</summary>
    public required string Life { get; init; }

    /// <summary>
    /// The message's version after it: 1 for its enqueue, and one more for each that follows; of a removal one more than the last.
    /// </summary>
    public required int Version { get; init; }

    /// <summary>The state before; null for an enqueue.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessageState? From { get; init; }

    /// <summary>The state after; null for a removal.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessageState? To { get; init; }

    /// <summary>What made it.</summary>
    public required TransitionCause Cause { get; init; }

    /// <summary>When.</summary>
    [JsonConverter(typeof(Rfc3339Converter))]
    public required DateTimeOffset At { get; init; }

    /// <summary>How long the message had been in the state before; null for an enqueue and a removal.</summary>
    [
        JsonPropertyName("secondsInFrom"),
        JsonConverter(typeof(SecondsConverter)),
        JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)
    ]
    public TimeSpan? InFrom { get; init; }

    /// <summary>How many attempts had been spent after it, since the enqueue or last redrive.</summary>
    public required int Attempt { get; init; }

    /// <summary>Who holds the message, or held it last, by the name the consumer gave; not told of a removal.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Worker { get; init; }

    /// <summary>Why: the error of the last failed attempt, or the reason of a cancel; not told of a removal.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    /// <summary>The message's priority.</summary>
    public required long Priority { get; init; }

    /// <summary>The message's deadline, if it has one.</summary>
    [JsonConverter(typeof(Rfc3339Converter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Whether it was dequeued with this transition when its deadline had passed.</summary>
    public bool MissedDeadline { get; init; }

    /// <summary>What describes the message.</summary>
    public required Metadata Metadata { get; init; }

    /// <summary>When the message was enqueued.</summary>
    [JsonConverter(typeof(Rfc3339Converter))]
    public required DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>What the message carries: only with its enqueue, and only if <see cref="QueueSettings.PublishPayloads"/> says so.</summary>
    [JsonIgnore]
    public Payload Payload { get; init; }

    [JsonInclude, JsonPropertyName("payload"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal RawJson PayloadJson
    {
        get => RawJson.Of(Payload);
        init => Payload = PayloadWire.Take(Payload, value);
    }

    [JsonInclude, JsonPropertyName("payloadBase64"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    internal byte[]? PayloadBase64
    {
        get => PayloadWire.Base64Of(Payload);
        init => Payload = PayloadWire.Take(Payload, value);
    }
}
