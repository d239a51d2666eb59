namespace Timestone.Api;

/// <summary>The body of a cancel.</summary>
public sealed record CancelBody
{
    /// <summary>Why, in at most 2048 characters; readable as the message's error.</summary>
    public string? Reason { get; init; }
}
