using System.Globalization;
using Timestone.Tests.Faults;
using Timestone.Tests.Flow;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Redis;

/// <summary>
/// Faults of real processes on the Redis journal: nothing acknowledged is lost, nothing is done twice, and every answer has its place in
/// one order.
/// </summary>
[Slow]
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
        await run.CheckAsync(leastUnknown: 1);
    });

    [Fact]
    public Task A_network_that_is_cut_between_server_and_Redis() =>
        RunAsync(
            async (redis, seed) =>
            {
                await using var network = new Proxy(() => redis.Port);
                using var server = await ServerFaults.StartAsync([
                    "--redis",
                    string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{network.Port}"),
                ]);
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
    public Task An_active_server_and_its_standby_that_are_killed_stopped_held_up_and_robbed_of_the_lease() =>
        RunAsync(
            async (redis, seed) =>
            {
                using var one = new ServerOnCall([], "--redis", redis.Address);
                using var other = new ServerOnCall([], "--redis", redis.Address);
                await Task.WhenAll(one.StartAsync(), other.StartAsync());
                await using var run = new FaultRun(output, seed, one.Address, other.Address)
                {
                    IsRoving = true,
                    Pace = TimeSpan.FromMilliseconds(5),
                };

        // Each fault leaves calls of unknown outcome, of which the checker decides only so many.
        await run.StartAsync(ServerFaults.Callers / 2);

        // Started again under its name it goes on at once.
        await run.MoreAsync(Calls / 3);
        var (active, standby) = await ActiveAsync();
        run.Fault(active.Process.Kill);
        active.Process.Dispose();
        await active.StartAsync();

        await run.MoreAsync(Calls / 3);
        run.Fault(() => RedisCli.Run(redis, "DEL", "ts:lease"));

        await run.MoreAsync(Calls / 3);
        (active, standby) = await ActiveAsync();
        run.Fault(() => active.Process.Signal("STOP"));
        await ActiveAsync(standby);
        await run.MoreAsync(Calls / 3);
        active.Process.Signal("CONT");

        await run.MoreAsync(Calls / 3);
        (active, standby) = await ActiveAsync();
        run.Fault(active.Process.Terminate);
        await ActiveAsync(standby);
        await active.Process.ExitAsync();
        await active.StartAsync();

        await run.MoreAsync(Calls / 3);
        (active, standby) = await ActiveAsync();
        run.Fault(active.Process.Kill);
        await ActiveAsync(standby);
        await run.MoreAsync(Calls / 3);
        await run.CheckAsync(leastUnknown: 1);

        async Task<(ServerOnCall Active, ServerOnCall Standby)> ActiveAsync(ServerOnCall? expected = null)
        {
            var found = expected ?? one;
            await Eventually.BeAsync(async () =>
            {
                if (await IsReadyAsync(found))
                    return true;
                found = expected ?? (found == one ? other : one);
                return false;
            });
            return (found, found == one ? other : one);
        }
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

    private static async Task<bool> IsReadyAsync(ServerOnCall server)
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        try
        {
            using var answer = await http.GetAsync("/readyz");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private Task RunAsync(Func<RedisServer, int, Task> scenario) => FaultSwitches.RunAsync(output, async seed =>
    {
        using var redis = RedisServer.StartAnyKind();
        await scenario(redis, seed);
    });
}
