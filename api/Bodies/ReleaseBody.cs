using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone.Api;

/// <summary>The body of a release.</summary>
public record ReleaseBody
{
    /// <inheritdoc cref="Settlement.LeaseToken"/>
    public required string LeaseToken { get; init; }

    /// <summary>How long the message stays invisible; left out, not at all.</summary>
    [JsonPropertyName("invisibleSeconds"), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? Invisible { get; init; }

    internal Settlement For(string id) => Settlement.Release(id, LeaseToken, Invisible);
}
