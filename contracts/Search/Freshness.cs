using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>How far an index had come when it answered.</summary>
public sealed record Freshness
{
    /// <summary>
    /// When the newest transition, or removal that a history shows, happened that it includes; null when it includes none.
    /// </summary>
    [JsonConverter(typeof(Rfc3339Converter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? NewestTransition { get; init; }

    /// <summary>
    /// How far the index is behind: whatever was committed longer ago is included, in any queue, on whatever way the slowest of it is. Zero
    /// when nothing was on its way. Null when that is not known: a part of the way cannot be asked, or something has been on it since
    /// before this server began to look. Never less than the truth, but for what others than this server have committed within the last
    /// second.
    /// </summary>
    [JsonPropertyName("lagSeconds"), JsonConverter(typeof(SecondsConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? Lag { get; init; }

    /// <summary>
    /// Whether something is known to be missing: transitions were lost on their way to the index, because more waited for it than may, or
    /// the index itself was lost and began anew. What is known of messages can be rebuilt from the journal; history cannot.
    /// </summary>
    public bool Incomplete { get; init; }
}
