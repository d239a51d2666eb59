namespace Timestone.Grains.Wire;

/// <summary><see cref="LeaseExtension"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, RegisterConverter, Alias("timestone.wire.leaseExtension")]
internal struct WireLeaseExtension : IConverter<LeaseExtension, WireLeaseExtension>
{
    [Id(0)]
    public string Id;

    [Id(1)]
    public string LeaseToken;

    [Id(2)]
    public TimeSpan? Lease;

    [Id(3)]
    public Payload Progress;

    public readonly LeaseExtension ConvertFromSurrogate(in WireLeaseExtension wire) => new()
    {
        Id = wire.Id,
        LeaseToken = wire.LeaseToken,
        Lease = wire.Lease,
        Progress = wire.Progress,
    };

    public readonly WireLeaseExtension ConvertToSurrogate(in LeaseExtension value) => new()
    {
        Id = value.Id,
        LeaseToken = value.LeaseToken,
        Lease = value.Lease,
        Progress = value.Progress,
    };
}
