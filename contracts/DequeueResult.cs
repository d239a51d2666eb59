using System.Text.Json.Serialization;

namespace Timestone;

/// <summary>The answer to a dequeue.</summary>
/// <remarks>
/// What has a default is settable, not init-only: the serializer that is generated sets init-only properties even where the
/// JSON does not say, to null or zero. Set them only while making one.
/// </remarks>
public sealed record DequeueResult
{
    /// <summary>The messages, best first, each with its lease token; empty when nothing was dequeueable.</summary>
    public IReadOnlyList<Message> Messages { get; set; } = [];

    /// <summary>What became of each settlement that the request carried, in order.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<MessageResult>? Settled { get; init; }

    /// <summary>
    /// Why nothing was leased although there is a message to lease: <see cref="ErrorCode.QueueFull"/>. Only in the answer to a
    /// request that carried settlements, which took effect; one without any is refused with this error. Null otherwise.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimestoneError? Error { get; init; }
}
