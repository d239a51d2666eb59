using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>A consumer's wish to hold a message longer, with what it has got done so far.</summary>
public sealed record LeaseExtension
{
    /// <summary>The message's id.</summary>
    public required string Id { get; init; }

    /// <summary>The token of the lease, from the dequeue.</summary>
    public required string LeaseToken { get; init; }

    /// <summary>How long the lease lasts from now; null means as long as it was given for.</summary>
    [JsonPropertyName("leaseSeconds"), JsonConverter(typeof(SecondsConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? Lease { get; init; }

    /// <summary>
    /// What has been done so far, a JSON value of at most <see cref="Limits.MaxProgressBytes"/>; not given leaves what was reported before.
    /// </summary>
    [JsonIgnore]
    public Payload Progress { get; init; }

    [JsonInclude, JsonPropertyName("progress"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal RawJson ProgressJson
    {
        get => RawJson.Of(Progress);
        init => Progress = value.ToPayload();
    }
}
