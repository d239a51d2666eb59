namespace Timestone.Grains.Wire;

/// <summary><see cref="Settlement"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.settlement")]
internal struct WireSettlement
{
    [Id(0)]
    public string Id;

    [Id(1)]
    public string LeaseToken;

    [Id(2)]
    public SettlementAction Action;

    [Id(3)]
    public Payload Result;

    [Id(4)]
    public string? Error;

    [Id(5)]
    public bool Permanent;

    [Id(6)]
    public TimeSpan? Invisible;
}

[RegisterConverter]
internal sealed class SettlementConverter : IConverter<Settlement, WireSettlement>
{
    public Settlement ConvertFromSurrogate(in WireSettlement wire) => new()
    {
        Id = wire.Id,
        LeaseToken = wire.LeaseToken,
        Action = wire.Action,
        Result = wire.Result,
        Error = wire.Error,
        Permanent = wire.Permanent,
        Invisible = wire.Invisible,
    };

    public WireSettlement ConvertToSurrogate(in Settlement value) => new()
    {
        Id = value.Id,
        LeaseToken = value.LeaseToken,
        Action = value.Action,
        Result = value.Result,
        Error = value.Error,
        Permanent = value.Permanent,
        Invisible = value.Invisible,
    };
}
