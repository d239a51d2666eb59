using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>
/// How far behind their deadlines messages were dequeued in the last 60 seconds. Only messages enqueued with a deadline count.
/// </summary>
public sealed record Lateness
{
    /// <summary>Messages with a deadline that were dequeued.</summary>
    public required long Dequeued { get; init; }

    /// <summary>Those of them whose deadline had passed.</summary>
    public required long Late { get; init; }

    /// <summary>The mean lateness of the late ones; zero when none was.</summary>
    [JsonPropertyName("meanSeconds"), JsonConverter(typeof(SecondsConverter))]
    public required TimeSpan Mean { get; init; }

    /// <summary>The largest lateness; zero when none was late.</summary>
    [JsonPropertyName("maxSeconds"), JsonConverter(typeof(SecondsConverter))]
    public required TimeSpan Max { get; init; }
}
