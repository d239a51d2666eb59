using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>How far an index had come when it answered.</summary>
public sealed record Freshness
{
    /// <summary>When the newest transition, or removal that a history shows, happened that it includes; null when it includes none.</summary>
    [JsonConverter(typeof(Rfc3339Converter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? NewestTransition { get; init; }

    /// <summary>How much later than that the newest transition happened that this server has committed; zero when it includes that one.</summary>
    [JsonPropertyName("lagSeconds"), JsonConverter(typeof(SecondsConverter))]
    public required TimeSpan Lag { get; init; }

    /// <summary>
    /// Whether something is known to be missing: transitions were lost on their way to the index, because more waited for it than may, or the index
    /// itself was lost and began anew. What is known of messages can be rebuilt from the journal; history cannot.
    /// </summary>
    public bool Incomplete { get; init; }
}
