using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>A message to enqueue.</summary>
/// <remarks>
/// What has a default is settable, not init-only: the serializer that is generated sets init-only properties even where the
/// JSON does not say, to null or zero. Set them only while making one.
/// </remarks>
public sealed record NewMessage
{
    /// <summary>
    /// Its id, unique in its queue, of at most <see cref="Limits.MaxIdLength"/> characters; null lets Timestone make one, which gives up
    /// idempotency.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>What it carries.</summary>
    [JsonIgnore]
    public Payload Payload { get; init; }

    /// <summary>What describes it.</summary>
    public Metadata Metadata { get; set; } = Metadata.Empty;

    /// <summary>
    /// Its priority, lower first; null means the time of its enqueue in Unix milliseconds. Not together with <see cref="Deadline"/>.
    /// </summary>
    public long? Priority { get; init; }

    /// <summary>
    /// The time it should be dequeued by: sets the priority to its Unix milliseconds. Not together with <see cref="Priority"/>.
    /// </summary>
    [JsonConverter(typeof(Rfc3339Converter))]
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>
    /// What the server adds to the time of enqueue to get the priority: negative ranks earlier. At most
    /// <see cref="Limits.MaxPriorityOffset"/> either way. The same offset again is the same content, whenever it comes. Not together with
    /// <see cref="Priority"/> or <see cref="Deadline"/>.
    /// </summary>
    // Left out when null: an earlier server would refuse a field that it does not know.
    [
        JsonPropertyName("priorityOffsetSeconds"),
        JsonConverter(typeof(SecondsConverter)),
        JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)
    ]
    public TimeSpan? PriorityOffset { get; init; }

    /// <summary>How long it is invisible at first; null means the queue's setting. Not together with <see cref="VisibleAt"/>.</summary>
    [JsonPropertyName("invisibleSeconds"), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? Invisible { get; init; }

    /// <summary>When it becomes visible; a time that has passed means at once. Not together with <see cref="Invisible"/>.</summary>
    [JsonConverter(typeof(Rfc3339Converter))]
    public DateTimeOffset? VisibleAt { get; init; }

    /// <summary>How long a lease on it lasts when the dequeue does not say; null means the queue's setting.</summary>
    [JsonPropertyName("leaseSeconds"), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? Lease { get; init; }

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
