using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>How long messages stayed in a state: percentiles over the stays that have ended, exact to 5 %.</summary>
public sealed record TimeInState
{
    /// <summary>The state.</summary>
    public required MessageState State { get; init; }

    /// <summary>How many stays have ended.</summary>
    public required long Count { get; init; }

    /// <summary>Half of them were no longer.</summary>
    [JsonPropertyName("p50Seconds"), JsonConverter(typeof(SecondsConverter))]
    public required TimeSpan P50 { get; init; }

    /// <summary>95 % of them were no longer.</summary>
    [JsonPropertyName("p95Seconds"), JsonConverter(typeof(SecondsConverter))]
    public required TimeSpan P95 { get; init; }

    /// <summary>99 % of them were no longer.</summary>
    [JsonPropertyName("p99Seconds"), JsonConverter(typeof(SecondsConverter))]
    public required TimeSpan P99 { get; init; }
}
