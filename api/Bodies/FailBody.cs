using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone.Api;

/// <summary>The body of a failure.</summary>
public record FailBody
{
    /// <inheritdoc cref="Settlement.LeaseToken"/>
    public required string LeaseToken { get; init; }

    /// <summary>Why, in at most 2048 characters.</summary>
    public string? Error { get; init; }

    /// <summary>Whether another attempt would be pointless, so that the message is errored at once.</summary>
    public bool Permanent { get; init; }

    /// <summary>How long the message stays invisible; left out, the queue's backoff.</summary>
    [JsonPropertyName("invisibleSeconds"), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? Invisible { get; init; }

    internal Settlement For(string id) => Settlement.Fail(id, LeaseToken, Error, Permanent, Invisible);
}
