namespace Timestone.Grains.Wire;

/// <summary><see cref="StateCounts"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.stateCounts")]
internal struct WireStateCounts
{
    [Id(0)]
    public long Invisible;

    [Id(1)]
    public long Pending;

    [Id(2)]
    public long Running;

    [Id(3)]
    public long Completed;

    [Id(4)]
    public long Canceled;

    [Id(5)]
    public long Errored;
}

[RegisterConverter]
internal sealed class StateCountsConverter : IConverter<StateCounts, WireStateCounts>
{
    public StateCounts ConvertFromSurrogate(in WireStateCounts wire) => new(wire.Invisible, wire.Pending, wire.Running, wire.Completed, wire.Canceled, wire.Errored);

    public WireStateCounts ConvertToSurrogate(in StateCounts value) => new()
    {
        Invisible = value.Invisible,
        Pending = value.Pending,
        Running = value.Running,
        Completed = value.Completed,
        Canceled = value.Canceled,
        Errored = value.Errored,
    };
}
