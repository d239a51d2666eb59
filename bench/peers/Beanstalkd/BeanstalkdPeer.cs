using Timestone.Bench.Peers.Load;
using Timestone.Bench.Peers.Servers;

namespace Timestone.Bench.Peers.Beanstalkd;

internal sealed class BeanstalkdPeer : IPeer
{
    public string Name => "beanstalkd";

    public string? Missing => Programs.Missing(("beanstalkd", "beanstalkd"));

    public async Task<IRunningPeer> StartAsync(string directory, Lengths lengths) =>
        await RunningBeanstalkd.StartAsync(directory, lengths).ConfigureAwait(false);
}
