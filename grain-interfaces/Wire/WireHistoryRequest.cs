namespace Timestone.Grains.Wire;

/// <summary><see cref="HistoryRequest"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.historyRequest")]
internal struct WireHistoryRequest
{
    [Id(0)]
    public int? After;

    [Id(1)]
    public TimeSpan Wait;

    [Id(2)]
    public string? Cursor;

    [Id(3)]
    public int Limit;
}

[RegisterConverter]
internal sealed class HistoryRequestConverter : IConverter<HistoryRequest, WireHistoryRequest>
{
    public HistoryRequest ConvertFromSurrogate(in WireHistoryRequest wire) => new()
    {
        After = wire.After,
        Wait = wire.Wait,
        Cursor = wire.Cursor,
        Limit = wire.Limit,
    };

    public WireHistoryRequest ConvertToSurrogate(in HistoryRequest value) => new()
    {
        After = value.After,
        Wait = value.Wait,
        Cursor = value.Cursor,
        Limit = value.Limit,
    };
}
