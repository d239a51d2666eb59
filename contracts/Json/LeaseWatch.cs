using System.Text.Json.Serialization;

namespace Timestone.Json;

/// <summary>The body of a watch of leases on the wire.</summary>
/// <param name="Leases">The leases, 1 to <see cref="Limits.MaxBatch"/>.</param>
public sealed record LeaseWatch(IReadOnlyList<LeaseReference> Leases)
{
    /// <summary>How long to wait until one of them is lost; 0 to <see cref="Limits.MaxWait"/>.</summary>
    [JsonPropertyName("waitSeconds"), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan Wait { get; init; }
}
