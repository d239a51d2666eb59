using System.Diagnostics;
using System.Globalization;
using Timestone.Tests.Faults;
using Xunit;
using Xunit.Abstractions;

namespace Timestone.Tests.Redis;

/// <summary>Faults of real processes on the Redis journal: nothing acknowledged is lost, nothing is done twice, and every answer has its place in one order.</summary>
public sealed class RedisFaultTests(ITestOutputHelper output)
{
    private const int Calls = ServerFaults.Calls;

    [Fact]
    public Task A_server_that_is_killed_under_load_again_and_again() =>
        RunAsync((redis, seed) => ServerFaults.KillAsync(output, seed, ["--redis", redis.Address]));

    [Fact]
    public Task A_network_that_is_cut_between_callers_and_server() =>
        RunAsync((redis, seed) => ServerFaults.CutAsync(output, seed, ["--redis", redis.Address]));

    [Fact]
    public Task A_Redis_that_is_killed_under_load_and_started_on_its_AOF() => RunAsync(async (redis, seed) =>
    {
        using var server = await ServerFaults.StartAsync(["--redis", redis.Address]);
        await using var run = new FaultRun(output, seed, new Uri(server.BaseAddress));
        await run.StartAsync(ServerFaults.Callers);
        for (var i = 0; i < 3; i++)
        {
            await run.MoreAsync(Calls);
            run.Fault(redis.Kill);
            redis.Start();
        }

        await run.MoreAsync(Calls);
        await run.CheckAsync();
    });

    [Fact]
    public Task A_network_that_is_cut_between_server_and_Redis() => RunAsync(async (redis, seed) =>
    {
        await using var network = new Proxy(() => redis.Port);
        using var server = await ServerFaults.StartAsync(["--redis", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{network.Port}")]);
        await using var run = new FaultRun(output, seed, new Uri(server.BaseAddress));
        await run.StartAsync(ServerFaults.Callers);
        foreach (var cut in network.Cuts(new Random(seed)))
        {
            await run.MoreAsync(Calls);
            await run.FailAsync(cut, Calls);
            network.Mend();
        }

        await run.MoreAsync(Calls);
        await run.CheckAsync();
    });

    [Fact]
    public Task Two_servers_that_fight_for_one_queue() => RunAsync(async (redis, seed) =>
    {
        using var one = await ServerFaults.StartAsync(["--redis", redis.Address]);
        using var other = await ServerFaults.StartAsync(["--redis", redis.Address]);
        await using var run = new FaultRun(output, seed, new Uri(one.BaseAddress), new Uri(other.BaseAddress)) { IsRoving = true };
        await run.StartAsync(ServerFaults.Callers);
        var clock = Stopwatch.StartNew();
        do
            await run.MoreAsync(Calls);
        while (clock.Elapsed < FaultSwitches.Duration);
        await run.CheckAsync();
    });

    [Fact]
    public Task A_Redis_that_is_full_again_and_again() => RunAsync(async (redis, seed) =>
    {
        using var server = await ServerFaults.StartAsync(["--redis", redis.Address]);
        await using var run = new FaultRun(output, seed, new Uri(server.BaseAddress)) { MayBeFull = true };
        await run.StartAsync(ServerFaults.Callers);
        for (var i = 0; i < 3; i++)
        {
            await run.MoreAsync(Calls);
            run.Fault(() => RedisCli.Run(redis, "CONFIG", "SET", "maxmemory", "1"));
            await run.MoreAsync(Calls);
            RedisCli.Run(redis, "CONFIG", "SET", "maxmemory", "0");
        }

        await run.MoreAsync(Calls);
        await run.CheckAsync();
    });

    [Fact]
    public Task A_Redis_that_evicts_what_can_be_made_again() => RunAsync(async (redis, seed) =>
    {
        using var server = await ServerFaults.StartAsync(["--redis", redis.Address]);
        await using var run = new FaultRun(output, seed, new Uri(server.BaseAddress));
        await run.StartAsync(ServerFaults.Callers);
        foreach (var evicted in (string[][])[["epoch"], ["pending", "epoch"]])
        {
            await run.MoreAsync(Calls);
            await run.FailAsync(() => RedisCli.Run(redis, ["DEL", .. evicted.Select(key => $"ts:{{{run.Queue}}}:{key}")]), Calls);
        }

        await run.MoreAsync(Calls);
        await run.CheckAsync();
    });

    private Task RunAsync(Func<RedisServer, int, Task> scenario) => FaultSwitches.RunAsync(output, async seed =>
    {
        using var redis = RedisServer.Start();
        await scenario(redis, seed);
    });
}
