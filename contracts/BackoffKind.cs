using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>How the wait before another attempt grows.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<BackoffKind>))]
public enum BackoffKind
{
    /// <summary>No wait.</summary>
    None = 0,

    /// <summary>Always <see cref="Backoff.Initial"/>.</summary>
    Fixed = 1,

    /// <summary>
    /// <see cref="Backoff.Initial"/> doubled at each attempt up to <see cref="Backoff.Max"/>, less up to a quarter of jitter.
    /// </summary>
    Exponential = 2,
}
