using Timestone.Tests.Elasticsearch;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Flow;

/// <summary>From the file journal of a real process straight to an index, while the process is killed and the index fails.</summary>
public sealed class FileFlowTests(ITestOutputHelper output)
{
    private static int Kills => 3 + (FlowSwitches.Messages(0) / 10_000);

    [Fact]
    public async Task Elasticsearch_equals_the_journal_whatever_fails()
    {
        var seed = FlowSwitches.Seed(output);
        var messages = FlowSwitches.Messages(1500);
        using var data = new TemporaryDirectory();
        await using var elasticsearch = await ElasticsearchStandIn.StartAsync();
        elasticsearch.Faults = StandInFaults.Random(seed);
        using var server = new ServerOnCall(FlowSwitches.Impatient(elasticsearch), "--data", data.Path);
        await server.StartAsync();
        await using var load = new Workload(seed, messages, server.Address);
        load.Start();
        for (var kill = 1; kill <= Kills; kill++)
        {
            await load.ReachAsync(messages * kill / (Kills + 1));
            elasticsearch.Faults = kill % 2 == 0 ? StandInFaults.Random(seed) : StandInFaults.Away;
            await server.KillAsync();
        }

        await load.EndAsync();
        elasticsearch.Faults = new StandInFaults();
        await elasticsearch.IncludesAsync(load, partitions: 1);
        var compared = await IndexAudit.VerifyAsync(load.Service, $"Seed {seed}.");
        var (transitions, all) = elasticsearch.CheckHistory($"Seed {seed}.");
        output.WriteLine($"{transitions} transitions of {all} messages, {compared} compared.");
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
