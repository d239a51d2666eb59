namespace Timestone.Grains.Wire;

/// <summary><see cref="QueueSettings"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.queueSettings")]
internal struct WireQueueSettings
{
    [Id(0)]
    public QueueType Type;

    [Id(1)]
    public string? ExclusivityKey;

    [Id(2)]
    public TimeSpan Lease;

    [Id(3)]
    public TimeSpan Invisible;

    [Id(4)]
    public int MaxAttempts;

    [Id(5)]
    public Backoff Backoff;

    [Id(6)]
    public TimeSpan Retention;

    [Id(7)]
    public long MaxDepth;

    [Id(8)]
    public int MaxPayloadBytes;

    [Id(9)]
    public bool EnqueueBlocked;

    [Id(10)]
    public bool DequeueBlocked;

    [Id(11)]
    public bool PublishPayloads;

    [Id(12)]
    public TimeSpan? ErroredRetention;

    [Id(13)]
    public long? MaxErrored;
}

[RegisterConverter]
internal sealed class QueueSettingsConverter : IConverter<QueueSettings, WireQueueSettings>
{
    private static readonly QueueSettings Defaults = new();

    public QueueSettings ConvertFromSurrogate(in WireQueueSettings wire) => new()
    {
        Type = wire.Type,
        ExclusivityKey = wire.ExclusivityKey,
        Lease = wire.Lease,
        Invisible = wire.Invisible,
        MaxAttempts = wire.MaxAttempts,
        Backoff = wire.Backoff,
        Retention = wire.Retention,
        MaxDepth = wire.MaxDepth,
        MaxPayloadBytes = wire.MaxPayloadBytes,
        EnqueueBlocked = wire.EnqueueBlocked,
        DequeueBlocked = wire.DequeueBlocked,
        PublishPayloads = wire.PublishPayloads,
        ErroredRetention = wire.ErroredRetention ?? Defaults.ErroredRetention,
        MaxErrored = wire.MaxErrored ?? Defaults.MaxErrored,
    };

    public WireQueueSettings ConvertToSurrogate(in QueueSettings value) => new()
    {
        Type = value.Type,
        ExclusivityKey = value.ExclusivityKey,
        Lease = value.Lease,
        Invisible = value.Invisible,
        MaxAttempts = value.MaxAttempts,
        Backoff = value.Backoff,
        Retention = value.Retention,
        MaxDepth = value.MaxDepth,
        MaxPayloadBytes = value.MaxPayloadBytes,
        EnqueueBlocked = value.EnqueueBlocked,
        DequeueBlocked = value.DequeueBlocked,
        PublishPayloads = value.PublishPayloads,
        ErroredRetention = value.ErroredRetention,
        MaxErrored = value.MaxErrored,
    };
}
