using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Flow;

/// <summary>
/// From the file journal of a real process straight to an index, while the process and Elasticsearch are killed and the network between
/// them fails.
/// </summary>
[Slow]
public sealed class FileFlowTests(ITestOutputHelper output)
{
    private static int Kills => 3 + (FlowSwitches.Messages(0) / 10_000);

    [Fact]
    public async Task Elasticsearch_equals_the_journal_whatever_fails()
    {
        var seed = FlowSwitches.Seed(output);
        var messages = FlowSwitches.Messages(1500);
        using var data = new TemporaryDirectory();
        await using var services = await FlowServices.StartAsync(withKafka: false);
        using var server = new ServerOnCall(services.Environment(), "--data", data.Path);
        await server.StartAsync();
        await using var load = new Workload(seed, messages, server.Address);
        load.Start();
        for (var kill = 1; kill <= Kills; kill++)
        {
            await load.ReachAsync(Step(2 * kill));
            await services.CutSearchAsync(kill, server.KillAsync);
            await load.ReachAsync(Step((2 * kill) + 1));
            await services.Elasticsearch.RestartAsync();
        }

        await load.EndAsync();
        await services.Elasticsearch.IncludesAsync(load, partitions: 1);
        var compared = await IndexAudit.VerifyAsync(load.Service, $"Seed {seed}.");
        var (transitions, all) = await services.Elasticsearch.CheckHistoryAsync(load, $"Seed {seed}.");
        output.WriteLine($"{transitions} transitions of {all} messages, {compared} compared.");

        int Step(int step) => (int)((long)messages * step / ((2 * Kills) + 2));
    }

    [Fact]
    public async Task The_index_in_memory_equals_the_journal_after_each_restart()
    {
        var seed = FlowSwitches.Seed(output);
        var messages = FlowSwitches.Messages(1500);
        using var data = new TemporaryDirectory();
        using var server = new ServerOnCall([], "--data", data.Path);
        await server.StartAsync();
        await using var load = new Workload(seed, messages, server.Address);
        load.Start();
        for (var kill = 1; kill <= Kills; kill++)
        {
            await load.ReachAsync(messages * kill / (Kills + 1));
            await server.KillAsync();
            await IndexAudit.VerifyAsync(load.Service, $"Seed {seed}, kill {kill}.");
        }

        await load.EndAsync();
        await IndexAudit.VerifyAsync(load.Service, $"Seed {seed}, at the end.");
        await server.KillAsync();
        var compared = await IndexAudit.VerifyAsync(load.Service, $"Seed {seed}, after the end.");
        output.WriteLine($"{compared} messages compared.");
    }
}
