using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>A consumer's wish for messages, and what it has to say of those it holds.</summary>
/// <remarks>
/// What has a default is settable, not init-only: the serializer that is generated sets init-only properties even where the
/// JSON does not say, to null or zero. Set them only while making one.
/// </remarks>
public sealed record DequeueRequest
{
    /// <summary>How many at most; 1 to <see cref="Limits.MaxBatch"/>. 0 only together with <see cref="Settle"/>, to settle alone.</summary>
    public int Max { get; set; } = 1;

    /// <summary>How long to wait for the first one; 0 to <see cref="Limits.MaxWait"/>.</summary>
    [JsonPropertyName("waitSeconds"), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan Wait { get; init; }

    /// <summary>How long to hold them; null means what each message says, else the queue's setting.</summary>
    [JsonPropertyName("leaseSeconds"), JsonConverter(typeof(SecondsConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? Lease { get; init; }

    /// <summary>The consumer's name, at most <see cref="Limits.MaxWorkerLength"/> characters.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Worker { get; init; }

    /// <summary>
    /// Of at most <see cref="Limits.MaxIdLength"/> characters; makes a repeated request answer the same messages while their leases last.
    /// Null gives that up.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RequestId { get; init; }

    /// <summary>What the messages' metadata must equal.</summary>
    public Metadata Filter { get; set; } = Metadata.Empty;

    /// <summary>Leases that end now: settled first, in the same commit; at most <see cref="Limits.MaxBatch"/>.</summary>
    public IReadOnlyList<Settlement> Settle { get; set; } = [];
}
