namespace Timestone.Grains.Wire;

/// <summary><see cref="MessageResult"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.messageResult")]
internal struct WireMessageResult
{
    [Id(0)]
    public string? Id;

    [Id(1)]
    public MessageState? State;

    [Id(2)]
    public int? Version;

    [Id(3)]
    public bool? Duplicate;

    [Id(4)]
    public DateTimeOffset? LeaseExpiresAt;

    [Id(5)]
    public TimestoneError? Error;

    [Id(6)]
    public OmittedText? Omitted;
}

[RegisterConverter]
internal sealed class MessageResultConverter : IConverter<MessageResult, WireMessageResult>
{
    public MessageResult ConvertFromSurrogate(in WireMessageResult wire) => new()
    {
        Id = wire.Id,
        State = wire.State,
        Version = wire.Version,
        Duplicate = wire.Duplicate,
        LeaseExpiresAt = wire.LeaseExpiresAt,
        Error = wire.Error,
        Omitted = wire.Omitted,
    };

    public WireMessageResult ConvertToSurrogate(in MessageResult value) => new()
    {
        Id = value.Id,
        State = value.State,
        Version = value.Version,
        Duplicate = value.Duplicate,
        LeaseExpiresAt = value.LeaseExpiresAt,
        Error = value.Error,
        Omitted = value.Omitted,
    };
}
