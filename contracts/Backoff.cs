using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>How long a message stays invisible after a failure or an expired lease.</summary>
public sealed record Backoff
{
    /// <summary>How the wait grows.</summary>
    public BackoffKind Kind { get; init; } = BackoffKind.Exponential;

    /// <summary>The wait after the first attempt; 0 to a day.</summary>
    [JsonPropertyName("initialSeconds"), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan Initial { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait; at least <see cref="Initial"/>, at most a day.</summary>
    [JsonPropertyName("maxSeconds"), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan Max { get; init; } = TimeSpan.FromMinutes(5);
}
