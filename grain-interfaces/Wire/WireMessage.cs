namespace Timestone.Grains.Wire;

/// <summary><see cref="Message"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.message")]
internal struct WireMessage
{
    [Id(0)]
    public string Queue;

    [Id(1)]
    public string Id;

    [Id(2)]
    public MessageState State;

    [Id(3)]
    public Payload Payload;

    [Id(4)]
    public Metadata Metadata;

    [Id(5)]
    public long Priority;

    [Id(6)]
    public DateTimeOffset? Deadline;

    [Id(7)]
    public int Version;

    [Id(8)]
    public int Attempt;

    [Id(9)]
    public int AttemptsLeft;

    [Id(10)]
    public DateTimeOffset EnqueuedAt;

    [Id(11)]
    public DateTimeOffset UpdatedAt;

    [Id(12)]
    public DateTimeOffset? VisibleAt;

    [Id(13)]
    public string? LeaseToken;

    [Id(14)]
    public DateTimeOffset? LeaseExpiresAt;

    [Id(15)]
    public string? Worker;

    [Id(16)]
    public string? Error;

    [Id(17)]
    public Payload Result;

    [Id(18)]
    public Payload Progress;
}

[RegisterConverter]
internal sealed class MessageConverter : IConverter<Message, WireMessage>
{
    public Message ConvertFromSurrogate(in WireMessage wire) => new()
    {
        Queue = wire.Queue,
        Id = wire.Id,
        State = wire.State,
        Payload = wire.Payload,
        Metadata = wire.Metadata,
        Priority = wire.Priority,
        Deadline = wire.Deadline,
        Version = wire.Version,
        Attempt = wire.Attempt,
        AttemptsLeft = wire.AttemptsLeft,
        EnqueuedAt = wire.EnqueuedAt,
        UpdatedAt = wire.UpdatedAt,
        VisibleAt = wire.VisibleAt,
        LeaseToken = wire.LeaseToken,
        LeaseExpiresAt = wire.LeaseExpiresAt,
        Worker = wire.Worker,
        Error = wire.Error,
        Result = wire.Result,
        Progress = wire.Progress,
    };

    public WireMessage ConvertToSurrogate(in Message value) => new()
    {
        Queue = value.Queue,
        Id = value.Id,
        State = value.State,
        Payload = value.Payload,
        Metadata = value.Metadata,
        Priority = value.Priority,
        Deadline = value.Deadline,
        Version = value.Version,
        Attempt = value.Attempt,
        AttemptsLeft = value.AttemptsLeft,
        EnqueuedAt = value.EnqueuedAt,
        UpdatedAt = value.UpdatedAt,
        VisibleAt = value.VisibleAt,
        LeaseToken = value.LeaseToken,
        LeaseExpiresAt = value.LeaseExpiresAt,
        Worker = value.Worker,
        Error = value.Error,
        Result = value.Result,
        Progress = value.Progress,
    };
}
