using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>
/// A change to a <see cref="Timestone.Backoff"/>: what is null stays as it is. Ranges are those of <see cref="Timestone.Backoff"/>.
/// </summary>
public sealed record BackoffPatch
{
    /// <inheritdoc cref="Backoff.Kind"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BackoffKind? Kind { get; init; }

    /// <inheritdoc cref="Backoff.Initial"/>
    [
        JsonPropertyName("initialSeconds"),
        JsonConverter(typeof(SecondsConverter)),
        JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)
    ]
    public TimeSpan? Initial { get; init; }

    /// <inheritdoc cref="Backoff.Max"/>
    [JsonPropertyName("maxSeconds"), JsonConverter(typeof(SecondsConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? Max { get; init; }

    /// <summary>The backoff with this change made; its ranges are not checked.</summary>
    public Backoff ApplyTo(Backoff backoff)
    {
        ArgumentNullException.ThrowIfNull(backoff);
        return new() { Kind = Kind ?? backoff.Kind, Initial = Initial ?? backoff.Initial, Max = Max ?? backoff.Max };
    }
}
