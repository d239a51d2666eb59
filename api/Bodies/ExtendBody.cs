using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone.Api;

/// <summary>The body of an extension.</summary>
public sealed record ExtendBody
{
    /// <inheritdoc cref="LeaseExtension.LeaseToken"/>
    public required string LeaseToken { get; init; }

    /// <inheritdoc cref="LeaseExtension.Lease"/>
    [JsonPropertyName("leaseSeconds"), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? Lease { get; init; }

    /// <summary>What has been done so far: a JSON value of at most 4096 bytes; left out, what was reported before stays.</summary>
    public RawJson Progress { get; init; }

    internal LeaseExtension For(string id) => new() { Id = id, LeaseToken = LeaseToken, Lease = Lease, Progress = Progress.ToPayload() };
}
