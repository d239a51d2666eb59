namespace Timestone.Grains.Wire;

/// <summary><see cref="StatsRequest"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.statsRequest")]
internal struct WireStatsRequest
{
    [Id(0)]
    public string? Queue;

    [Id(1)]
    public IndexedWrite? After;

    [Id(2)]
    public TimeSpan Wait;
}

[RegisterConverter]
internal sealed class StatsRequestConverter : IConverter<StatsRequest, WireStatsRequest>
{
    public StatsRequest ConvertFromSurrogate(in WireStatsRequest wire) => new()
    {
        Queue = wire.Queue,
        After = wire.After,
        Wait = wire.Wait,
    };

    public WireStatsRequest ConvertToSurrogate(in StatsRequest value) => new()
    {
        Queue = value.Queue,
        After = value.After,
        Wait = value.Wait,
    };
}
