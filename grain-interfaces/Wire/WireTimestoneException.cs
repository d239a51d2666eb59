namespace Timestone.Grains.Wire;

/// <summary>
/// <see cref="TimestoneException"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.
/// </summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.timestoneException")]
internal struct WireTimestoneException
{
    [Id(0)]
    public TimestoneError Error;
}

[RegisterConverter]
internal sealed class TimestoneExceptionConverter : IConverter<TimestoneException, WireTimestoneException>
{
    public TimestoneException ConvertFromSurrogate(in WireTimestoneException wire) => new(wire.Error);

    public WireTimestoneException ConvertToSurrogate(in TimestoneException value) => new()
    {
        Error = value.Error,
    };
}
