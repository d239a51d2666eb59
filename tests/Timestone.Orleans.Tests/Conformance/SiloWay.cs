namespace Timestone.Orleans.Tests.Conformance;

/// <summary>How the service of silos is called.</summary>
public enum SiloWay
{
    /// <summary>Within a silo.</summary>
    Within,

    /// <summary>Through an Orleans client.</summary>
    Client,

    /// <summary>Over gRPC, whose door stands before a silo.</summary>
    Grpc,
}
