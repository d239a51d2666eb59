using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>
/// A change to a queue's settings: what is null stays as it is, in <see cref="Backoff"/> too. As JSON it is a merge patch (RFC 7396)
/// that names no null: a setting cannot be removed. Ranges are those of <see cref="QueueSettings"/>.
/// </summary>
public sealed record QueueSettingsPatch
{
    /// <inheritdoc cref="QueueSettings.Lease"/>
    [JsonPropertyName("leaseSeconds"), JsonConverter(typeof(SecondsConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? Lease { get; init; }

    /// <inheritdoc cref="QueueSettings.Invisible"/>
    [
        JsonPropertyName("invisibleSeconds"),
        JsonConverter(typeof(SecondsConverter)),
        JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)
    ]
    public TimeSpan? Invisible { get; init; }

    /// <inheritdoc cref="QueueSettings.MaxAttempts"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxAttempts { get; init; }

    /// <inheritdoc cref="QueueSettings.Backoff"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BackoffPatch? Backoff { get; init; }

    /// <inheritdoc cref="QueueSettings.Retention"/>
    [
        JsonPropertyName("retentionSeconds"),
        JsonConverter(typeof(SecondsConverter)),
        JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)
    ]
    public TimeSpan? Retention { get; init; }

    /// <inheritdoc cref="QueueSettings.ErroredRetention"/>
    [
        JsonPropertyName("erroredRetentionSeconds"),
        JsonConverter(typeof(SecondsConverter)),
        JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)
    ]
    public TimeSpan? ErroredRetention { get; init; }

    /// <inheritdoc cref="QueueSettings.MaxErrored"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? MaxErrored { get; init; }

    /// <inheritdoc cref="QueueSettings.MaxDepth"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? MaxDepth { get; init; }

    /// <inheritdoc cref="QueueSettings.MaxPayloadBytes"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxPayloadBytes { get; init; }

    /// <inheritdoc cref="QueueSettings.EnqueueBlocked"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? EnqueueBlocked { get; init; }

    /// <inheritdoc cref="QueueSettings.DequeueBlocked"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? DequeueBlocked { get; init; }

    /// <inheritdoc cref="QueueSettings.PublishPayloads"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? PublishPayloads { get; init; }

    /// <summary>Must equal the queue's type when given: it cannot change.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public QueueType? Type { get; init; }

    /// <summary>Must equal the queue's key when given: it cannot change.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ExclusivityKey { get; init; }

    /// <summary>The settings with this change made.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: the type or the exclusivity key would change, or a
    /// value is out of range.</exception>
    public QueueSettings ApplyTo(QueueSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (Type is { } type && type != settings.Type)
            throw Validation.Invalid("type", "A queue's type cannot change.");
        if (ExclusivityKey is { } key && key != settings.ExclusivityKey)
            throw Validation.Invalid("exclusivityKey", "A queue's exclusivity key cannot change.");
        var changed = MergeInto(settings);
        Validation.Check(changed);
        return changed;
    }

    /// <summary>The settings with this change made, of what may change; nothing is checked.</summary>
    public QueueSettings MergeInto(QueueSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings with
        {
            Lease = Lease ?? settings.Lease,
            Invisible = Invisible ?? settings.Invisible,
            MaxAttempts = MaxAttempts ?? settings.MaxAttempts,
            Backoff = Backoff?.ApplyTo(settings.Backoff) ?? settings.Backoff,
            Retention = Retention ?? settings.Retention,
            ErroredRetention = ErroredRetention ?? settings.ErroredRetention,
            MaxErrored = MaxErrored ?? settings.MaxErrored,
            MaxDepth = MaxDepth ?? settings.MaxDepth,
            MaxPayloadBytes = MaxPayloadBytes ?? settings.MaxPayloadBytes,
            EnqueueBlocked = EnqueueBlocked ?? settings.EnqueueBlocked,
            DequeueBlocked = DequeueBlocked ?? settings.DequeueBlocked,
            PublishPayloads = PublishPayloads ?? settings.PublishPayloads,
        };
    }
}
