using Timestone.Tests.Redis;
using Xunit;
using Xunit.Abstractions;

namespace Timestone.Tests.Faults;

/// <summary>Faults of real processes on the Redis journal.</summary>
public sealed class RedisFaultTests(ITestOutputHelper output) : IDisposable
{
    private const int Callers = 12;
    private const int Calls = 500;

    private readonly RedisServer _redis = RedisServer.Start();

    public void Dispose() => _redis.Dispose();

    [Fact]
    public Task A_server_that_is_killed_under_load_again_and_again() =>
        ServerFaults.KillAsync(output, ["--redis", _redis.Address], times: 3);

    [Fact]
    public async Task A_Redis_that_is_killed_under_load_and_started_on_its_AOF()
    {
        using var server = await ServerFaults.StartAsync(["--redis", _redis.Address]);
        await using var run = new FaultRun(output, new Uri(server.BaseAddress));
        await run.StartAsync(Callers);
        for (var i = 0; i < 3; i++)
        {
            await run.MoreAsync(Calls);
            _redis.Kill();
            _redis.Start();
        }

        await run.MoreAsync(Calls);
        await run.CheckAsync();
    }

    [Fact]
    public async Task A_network_that_is_cut_between_server_and_Redis()
    {
        await using var network = new Proxy(() => _redis.Port);
        using var server = await ServerFaults.StartAsync(["--redis", $"127.0.0.1:{network.Port}"]);
        await using var run = new FaultRun(output, new Uri(server.BaseAddress));
        await run.StartAsync(Callers);
        foreach (var cut in (Action[])[network.Drop, network.Delay, network.HalfClose])
        {
            await run.MoreAsync(Calls);
            cut();
            await run.UnansweredAsync(Callers);
            network.Mend();
        }

        await run.MoreAsync(Calls);
        await run.CheckAsync();
    }

    [Fact]
    public async Task Two_servers_that_fight_for_one_queue()
    {
        using var one = await ServerFaults.StartAsync(["--redis", _redis.Address]);
        using var other = await ServerFaults.StartAsync(["--redis", _redis.Address]);
        await using var run = new FaultRun(output, new Uri(one.BaseAddress), new Uri(other.BaseAddress));
        await run.StartAsync(4);
        await run.MoreAsync(Calls);
        await run.CheckAsync();
    }
}
