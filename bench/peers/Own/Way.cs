namespace Timestone.Bench.Peers.Own;

/// <summary>How messages are enqueued and dequeued at Timestone's server.</summary>
internal enum Way
{
    /// <summary>TimestoneClient and TimestoneWorker over REST.</summary>
    Rest,

    /// <summary>TimestoneClient over gRPC, call by call, and TimestoneWorker, which is fed by its stream.</summary>
    Grpc,

    /// <summary>As over gRPC, but all callers enqueue through one stream, <c>EnqueueStream</c>.</summary>
    Stream,
}
