using System.Text.Json.Serialization;

namespace Timestone;

/// <summary>A wish to call a message off.</summary>
public sealed record Cancellation
{
    /// <summary>The message's id.</summary>
    public required string Id { get; init; }

    /// <summary>Why, at most <see cref="Limits.MaxErrorLength"/> characters; readable as the message's error.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }
}
