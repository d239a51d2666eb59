using System.Text.Json.Serialization;

namespace Timestone;

/// <summary>The answer to a dequeue.</summary>
public sealed record DequeueResult
{
    /// <summary>The messages, best first, each with its lease token; empty when nothing was dequeueable.</summary>
    public IReadOnlyList<Message> Messages { get; init; } = [];

    /// <summary>What became of each settlement that the request carried, in order.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<MessageResult>? Settled { get; init; }
}
