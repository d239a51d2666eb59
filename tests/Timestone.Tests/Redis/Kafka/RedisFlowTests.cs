using System.Globalization;
using Timestone.Tests.Flow;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Redis;

/// <summary>
/// The whole way with the data in Redis, an active server and a standby, while servers, Kafka and Elasticsearch are killed.
/// </summary>
[Slow]
public sealed class RedisFlowTests(ITestOutputHelper output)
{
    private const int Kills = 4;

    [Fact]
    public async Task Whichever_server_is_killed_the_indices_equal_the_journal()
    {
        var seed = FlowSwitches.Seed(output);
        var messages = FlowSwitches.Messages(600);
        using var redis = RedisServer.Start();
        await using var services = await FlowServices.StartAsync();
        using var one = new ServerOnCall(services.Environment(), "--redis", redis.Address);
        using var other = new ServerOnCall(services.Environment(), "--redis", redis.Address);
        await Task.WhenAll(one.StartAsync(), other.StartAsync());
        await using var load = new Workload(seed, messages, one.Address, other.Address);
        load.Start();
        for (var kill = 1; kill <= Kills; kill++)
        {
            await load.ReachAsync(messages * kill / (Kills + 1));
            await Task.WhenAll(
                (kill % 2 == 0 ? one : other).KillAsync(),
                kill == Kills / 2 ? services.Kafka.RestartAsync()
                    : kill == Kills ? services.Elasticsearch.RestartAsync()
                    : Task.CompletedTask
            );
        }

        await load.EndAsync();
        await services.Elasticsearch.IncludesAsync(load, FlowSwitches.Partitions);
        var compared = await IndexAudit.VerifyAsync(load.Service, $"Seed {seed}.");
        var (transitions, all) = await services.Elasticsearch.CheckHistoryAsync(load, $"Seed {seed}.");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{transitions} transitions of {all} messages, {compared} compared."));
    }
}
