namespace Timestone.Grains.Wire;

/// <summary><see cref="TimestoneError"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.timestoneError")]
internal struct WireTimestoneError
{
    [Id(0)]
    public ErrorCode Code;

    [Id(1)]
    public string Detail;

    [Id(2)]
    public string? Field;
}

[RegisterConverter]
internal sealed class TimestoneErrorConverter : IConverter<TimestoneError, WireTimestoneError>
{
    public TimestoneError ConvertFromSurrogate(in WireTimestoneError wire) => new(wire.Code, wire.Detail, wire.Field);

    public WireTimestoneError ConvertToSurrogate(in TimestoneError value) => new()
    {
        Code = value.Code,
        Detail = value.Detail,
        Field = value.Field,
    };
}
