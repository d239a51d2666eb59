namespace Timestone.Grains.Wire;

/// <summary><see cref="Lateness"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.lateness")]
internal struct WireLateness
{
    [Id(0)]
    public long Dequeued;

    [Id(1)]
    public long Late;

    [Id(2)]
    public TimeSpan Mean;

    [Id(3)]
    public TimeSpan Max;
}

[RegisterConverter]
internal sealed class LatenessConverter : IConverter<Lateness, WireLateness>
{
    public Lateness ConvertFromSurrogate(in WireLateness wire) => new()
    {
        Dequeued = wire.Dequeued,
        Late = wire.Late,
        Mean = wire.Mean,
        Max = wire.Max,
    };

    public WireLateness ConvertToSurrogate(in Lateness value) => new()
    {
        Dequeued = value.Dequeued,
        Late = value.Late,
        Mean = value.Mean,
        Max = value.Max,
    };
}
