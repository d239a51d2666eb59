using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>A message as it stands.</summary>
public sealed record Message
{
    /// <summary>The queue that holds it.</summary>
    public required string Queue { get; init; }

    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Tells apart messages that had the same id one after the other: opaque. Not in the answer to a dequeue.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Life { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required MessageState State { get; init; }

    /// <summary>What it carries.</summary>
    [JsonIgnore]
    public Payload Payload { get; init; }

    /// <summary>What describes it.</summary>
    public required Metadata Metadata { get; init; }

    /// <summary>Its priority, lower first.</summary>
    public required long Priority { get; init; }

    /// <summary>The deadline it was enqueued with, if it was.</summary>
    [JsonConverter(typeof(Rfc3339Converter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>How many transitions it has made; its enqueue is the first.</summary>
    public required int Version { get; init; }

    /// <summary>How many attempts have been spent since its enqueue or last redrive; a running one counts.</summary>
    public required int Attempt { get; init; }

    /// <summary>
    /// How many are left under the queue's limit of now; at least 1 while invisible or pending, as the attempt that a message waits for is
    /// not taken from it.
    /// </summary>
    public required int AttemptsLeft { get; init; }

    /// <summary>When it was enqueued.</summary>
    [JsonConverter(typeof(Rfc3339Converter))]
    public required DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>When it made its last transition.</summary>
    [JsonConverter(typeof(Rfc3339Converter))]
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it becomes pending; only while invisible.</summary>
    [JsonConverter(typeof(Rfc3339Converter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? VisibleAt { get; init; }

    /// <summary>What settles and extends its lease; only while running, and only in the answer to the dequeue that gave it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LeaseToken { get; init; }

    /// <summary>When its lease ends unless it is extended; only while running.</summary>
    [JsonConverter(typeof(Rfc3339Converter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LeaseExpiresAt { get; init; }

    /// <summary>Who holds it, or held it last, by the name the consumer gave.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Worker { get; init; }

    /// <summary>Why its last attempt failed, or the reason of its cancel.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    /// <summary>What its completion brought: a JSON value of at most <see cref="Limits.MaxResultBytes"/>.</summary>
    [JsonIgnore]
    public Payload Result { get; init; }

    /// <summary>
    /// What the consumer last reported with an extension of its lease: a JSON value of at most <see cref="Limits.MaxProgressBytes"/>.
    /// </summary>
    [JsonIgnore]
    public Payload Progress { get; init; }

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

    [JsonInclude, JsonPropertyName("result"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal RawJson ResultJson
    {
        get => RawJson.Of(Result);
        init => Result = value.ToPayload();
    }

    [JsonInclude, JsonPropertyName("progress"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal RawJson ProgressJson
    {
        get => RawJson.Of(Progress);
        init => Progress = value.ToPayload();
    }
}
