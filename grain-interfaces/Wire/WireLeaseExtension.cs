namespace Timestone.Grains.Wire;

/// <summary><see cref="LeaseExtension"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.leaseExtension")]
internal struct WireLeaseExtension
{
    [Id(0)]
    public string Id;

    [Id(1)]
    public string LeaseToken;

    [Id(2)]
    public TimeSpan? Lease;

    [Id(3)]
    public Payload Progress;
}

[RegisterConverter]
internal sealed class LeaseExtensionConverter : IConverter<LeaseExtension, WireLeaseExtension>
{
    public LeaseExtension ConvertFromSurrogate(in WireLeaseExtension wire) => new()
    {
        Id = wire.Id,
        LeaseToken = wire.LeaseToken,
        Lease = wire.Lease,
        Progress = wire.Progress,
    };

    public WireLeaseExtension ConvertToSurrogate(in LeaseExtension value) => new()
    {
        Id = value.Id,
        LeaseToken = value.LeaseToken,
        Lease = value.Lease,
        Progress = value.Progress,
    };
}
