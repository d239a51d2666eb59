using Timestone.Bench.Peers.Load;

namespace Timestone.Bench.Peers.Own;

/// <summary>Timestone's server with its own client, over REST or gRPC, or with the stream of enqueues.</summary>
internal sealed class TimestonePeer(Way way) : IPeer
{
    public string Name =>
        way switch
        {
            Way.Rest => "Timestone (REST)",
            Way.Grpc => "Timestone (gRPC)",
            _ => "Timestone (stream)",
        };

    public string? Missing => null;

    public async Task<IRunningPeer> StartAsync(string directory, Lengths lengths) =>
        await RunningTimestone.StartAsync(directory, lengths, way).ConfigureAwait(false);
}
