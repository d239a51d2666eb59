using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>The end of a lease, told by the consumer that holds it. Fields that do not belong to the action must be left out.</summary>
public sealed record Settlement
{
    /// <summary>The message's id.</summary>
    public required string Id { get; init; }

    /// <summary>The token of the lease, from the dequeue.</summary>
    public required string LeaseToken { get; init; }

    /// <summary>How the lease ends.</summary>
    public required SettlementAction Action { get; init; }

    /// <summary>Complete: what the work brought, a JSON value of at most <see cref="Limits.MaxResultBytes"/>.</summary>
    [JsonIgnore]
    public Payload Result { get; init; }

    /// <summary>Fail: why, at most <see cref="Limits.MaxErrorLength"/> characters.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    /// <summary>Fail: whether another attempt would be pointless, so that the message is errored at once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Permanent { get; init; }

    /// <summary>
    /// Release or fail: how long the message stays invisible; null means not at all for a release, the queue's backoff for a failure.
    /// </summary>
    [
        JsonPropertyName("invisibleSeconds"),
        JsonConverter(typeof(SecondsConverter)),
        JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)
    ]
    public TimeSpan? Invisible { get; init; }

    [JsonInclude, JsonPropertyName("result"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal RawJson ResultJson
    {
        get => RawJson.Of(Result);
        init => Result = value.ToPayload();
    }

    /// <summary>A completion.</summary>
    public static Settlement Complete(string id, string leaseToken, Payload result = default) =>
        new() { Id = id, LeaseToken = leaseToken, Action = SettlementAction.Complete, Result = result };

    /// <summary>A failure.</summary>
    public static Settlement Fail(string id, string leaseToken, string? error = null, bool permanent = false, TimeSpan? invisible = null) =>
        new()
        {
            Id = id,
            LeaseToken = leaseToken,
            Action = SettlementAction.Fail,
            Error = error,
            Permanent = permanent,
            Invisible = invisible,
        };

    /// <summary>A release.</summary>
    public static Settlement Release(string id, string leaseToken, TimeSpan? invisible = null) =>
        new() { Id = id, LeaseToken = leaseToken, Action = SettlementAction.Release, Invisible = invisible };
}
