namespace Timestone.Grains.Wire;

/// <summary><see cref="TimestoneException"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, RegisterConverter, Alias("timestone.wire.timestoneException")]
internal struct WireTimestoneException : IConverter<TimestoneException, WireTimestoneException>
{
    [Id(0)]
    public TimestoneError Error;

    public readonly TimestoneException ConvertFromSurrogate(in WireTimestoneException wire) => new(wire.Error);

    public readonly WireTimestoneException ConvertToSurrogate(in TimestoneException value) => new()
    {
        Error = value.Error,
    };
}
