namespace Timestone.Grains.Wire;

/// <summary>
/// <see cref="DequeueRequest"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.
/// </summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.dequeueRequest")]
internal struct WireDequeueRequest
{
    [Id(0)]
    public int Max;

    [Id(1)]
    public TimeSpan Wait;

    [Id(2)]
    public TimeSpan? Lease;

    [Id(3)]
    public string? Worker;

    [Id(4)]
    public string? RequestId;

    [Id(5)]
    public Metadata Filter;

    [Id(6)]
    public Batch<Settlement> Settle;
}

[RegisterConverter]
internal sealed class DequeueRequestConverter : IConverter<DequeueRequest, WireDequeueRequest>
{
    public DequeueRequest ConvertFromSurrogate(in WireDequeueRequest wire) => new()
    {
        Max = wire.Max,
        Wait = wire.Wait,
        Lease = wire.Lease,
        Worker = wire.Worker,
        RequestId = wire.RequestId,
        Filter = wire.Filter,
        Settle = wire.Settle.Items,
    };

    public WireDequeueRequest ConvertToSurrogate(in DequeueRequest value) => new()
    {
        Max = value.Max,
        Wait = value.Wait,
        Lease = value.Lease,
        Worker = value.Worker,
        RequestId = value.RequestId,
        Filter = value.Filter,
        Settle = new(value.Settle),
    };
}
