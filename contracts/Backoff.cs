using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>How long a message stays invisible after a failure or an expired lease.</summary>
/// <remarks>
/// What has a default is settable, not init-only: the serializer that is generated sets init-only properties even where the
/// JSON does not say, to null or zero. Set them only while making one.
/// </remarks>
public sealed record Backoff
{
    /// <summary>How the wait grows.</summary>
    public BackoffKind Kind { get; set; } = BackoffKind.Exponential;

    /// <summary>The wait after the first attempt; 0 to a day.</summary>
    [JsonPropertyName("initialSeconds"), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan Initial { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest wait; at least <see cref="Initial"/>, at most a day.</summary>
    [JsonPropertyName("maxSeconds"), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan Max { get; set; } = TimeSpan.FromMinutes(10);
}
