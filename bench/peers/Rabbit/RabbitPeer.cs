using Timestone.Bench.Peers.Load;
using Timestone.Bench.Peers.Servers;

namespace Timestone.Bench.Peers.Rabbit;

internal sealed class RabbitPeer : IPeer
{
    public string Name => "RabbitMQ";

    public string? Missing => Programs.Missing(("rabbitmq-server", "rabbitmq-server"), ("epmd", "erlang-base"));

    public async Task<IRunningPeer> StartAsync(string directory, Lengths lengths) =>
        await RunningRabbit.StartAsync(directory, lengths).ConfigureAwait(false);
}
