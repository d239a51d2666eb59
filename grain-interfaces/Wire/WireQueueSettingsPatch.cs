namespace Timestone.Grains.Wire;

/// <summary><see cref="QueueSettingsPatch"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.queueSettingsPatch")]
internal struct WireQueueSettingsPatch
{
    [Id(0)]
    public TimeSpan? Lease;

    [Id(1)]
    public TimeSpan? Invisible;

    [Id(2)]
    public int? MaxAttempts;

    [Id(3)]
    public BackoffPatch? Backoff;

    [Id(4)]
    public TimeSpan? Retention;

    [Id(5)]
    public long? MaxDepth;

    [Id(6)]
    public int? MaxPayloadBytes;

    [Id(7)]
    public bool? EnqueueBlocked;

    [Id(8)]
    public bool? DequeueBlocked;

    [Id(9)]
    public QueueType? Type;

    [Id(10)]
    public string? ExclusivityKey;

    [Id(11)]
    public bool? PublishPayloads;

    [Id(12)]
    public TimeSpan? ErroredRetention;

    [Id(13)]
    public long? MaxErrored;
}

[RegisterConverter]
internal sealed class QueueSettingsPatchConverter : IConverter<QueueSettingsPatch, WireQueueSettingsPatch>
{
    public QueueSettingsPatch ConvertFromSurrogate(in WireQueueSettingsPatch wire) => new()
    {
        Lease = wire.Lease,
        Invisible = wire.Invisible,
        MaxAttempts = wire.MaxAttempts,
        Backoff = wire.Backoff,
        Retention = wire.Retention,
        MaxDepth = wire.MaxDepth,
        MaxPayloadBytes = wire.MaxPayloadBytes,
        EnqueueBlocked = wire.EnqueueBlocked,
        DequeueBlocked = wire.DequeueBlocked,
        Type = wire.Type,
        ExclusivityKey = wire.ExclusivityKey,
        PublishPayloads = wire.PublishPayloads,
        ErroredRetention = wire.ErroredRetention,
        MaxErrored = wire.MaxErrored,
    };

    public WireQueueSettingsPatch ConvertToSurrogate(in QueueSettingsPatch value) => new()
    {
        Lease = value.Lease,
        Invisible = value.Invisible,
        MaxAttempts = value.MaxAttempts,
        Backoff = value.Backoff,
        Retention = value.Retention,
        MaxDepth = value.MaxDepth,
        MaxPayloadBytes = value.MaxPayloadBytes,
        EnqueueBlocked = value.EnqueueBlocked,
        DequeueBlocked = value.DequeueBlocked,
        Type = value.Type,
        ExclusivityKey = value.ExclusivityKey,
        PublishPayloads = value.PublishPayloads,
        ErroredRetention = value.ErroredRetention,
        MaxErrored = value.MaxErrored,
    };
}
