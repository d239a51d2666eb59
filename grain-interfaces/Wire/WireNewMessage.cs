namespace Timestone.Grains.Wire;

/// <summary><see cref="NewMessage"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.newMessage")]
internal struct WireNewMessage
{
    [Id(0)]
    public string? Id;

    [Id(1)]
    public Payload Payload;

    [Id(2)]
    public Metadata Metadata;

    [Id(3)]
    public long? Priority;

    [Id(4)]
    public DateTimeOffset? Deadline;

    [Id(5)]
    public TimeSpan? Invisible;

    [Id(6)]
    public DateTimeOffset? VisibleAt;

    [Id(7)]
    public TimeSpan? Lease;
}

[RegisterConverter]
internal sealed class NewMessageConverter : IConverter<NewMessage, WireNewMessage>
{
    public NewMessage ConvertFromSurrogate(in WireNewMessage wire) => new()
    {
        Id = wire.Id,
        Payload = wire.Payload,
        Metadata = wire.Metadata,
        Priority = wire.Priority,
        Deadline = wire.Deadline,
        Invisible = wire.Invisible,
        VisibleAt = wire.VisibleAt,
        Lease = wire.Lease,
    };

    public WireNewMessage ConvertToSurrogate(in NewMessage value) => new()
    {
        Id = value.Id,
        Payload = value.Payload,
        Metadata = value.Metadata,
        Priority = value.Priority,
        Deadline = value.Deadline,
        Invisible = value.Invisible,
        VisibleAt = value.VisibleAt,
        Lease = value.Lease,
    };
}
