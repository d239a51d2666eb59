using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>A queue.</summary>
public sealed record QueueInfo
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its settings now.</summary>
    public required QueueSettings Settings { get; init; }

    /// <summary>When it was created, to the millisecond.</summary>
    [JsonConverter(typeof(Rfc3339Converter))]
    public required DateTimeOffset CreatedAt { get; init; }
}
