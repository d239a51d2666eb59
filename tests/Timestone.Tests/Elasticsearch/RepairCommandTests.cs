using Shouldly;
using Timestone.Tests.Cli;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Elasticsearch;

/// <summary><c>timestone verify-index --repair</c>, on a real Elasticsearch.</summary>
[Slow]
public sealed class RepairCommandTests
{
    [Fact]
    public async Task What_differs_is_repaired_and_told_by_kind()
    {
        await using var bench = await ScrubBench.StartAsync();
        await using var cli = new CliBench { Between = _ => bench.Service };
        await bench.Service.EnqueueAsync("jobs", [new NewMessage { Id = "a" }, new NewMessage { Id = "b" }]);
        await bench.CaughtUpAsync();
        bench.IsLost = static _ => true;
        await bench.Service.EnqueueAsync("jobs", [new NewMessage { Id = "c" }]);
        await bench.Service.CancelAsync("jobs", [new Cancellation { Id = "a" }, new Cancellation { Id = "b" }]);
        await bench.Service.PurgeAsync("jobs", PurgeScope.Canceled);
        await bench.CaughtUpAsync();
        string[] command =
        [
            "verify-index",
            "jobs",
            "--repair",
            "--wait",
            "2s",
            "--elasticsearch",
            bench.Indices.Options.Addresses[0].ToString(),
            "--prefix",
            bench.Indices.Options.Prefix,
        ];
        var outcome = await cli.RunAsync(command);
        outcome.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(
        [
            "jobs/a version 1 left over in the index: repaired",
            "jobs/b version 1 left over in the index: repaired",
            "jobs/c version 1 missing in the index: repaired",
            "jobs/c version 1 missing in the history: lost",
            "1 messages of 1 queues compared, 1 missing (1 repaired), 2 left over (2 repaired), 1 transitions missing (0 repaired)",
            "Lost transitions stay lost, and histories that lack them say that they are incomplete.",
        ], ignoreOrder: true);
        outcome.Code.ShouldBe(1);
        (await bench.VerifyAsync()).ShouldBe(1);
        bench.IsLost = static _ => false;
        await bench.Service.EnqueueAsync("others", [new NewMessage { Id = "x" }]);
        await bench.CaughtUpAsync();
        command[1] = "others";
        (await cli.RunAsync(command)).ShouldBe(new CliOutcome(0, "1 messages of 1 queues compared, no differences\n", ""));
        var json = (await cli.RunAsync([.. command, "--json"])).Document();
        json.GetProperty("report").GetProperty("found").GetProperty("missing").GetInt64().ShouldBe(0);
    }

    [Fact]
    public async Task What_it_cannot_do_ends_with_the_exit_codes_of_the_others()
    {
        await using var cli = new CliBench();
        (await cli.RunAsync("verify-index", "--repair", "--elasticsearch", "http://127.0.0.1:1")).Code.ShouldBe(3);
        (await cli.RunAsync("verify-index", "--repair", "--elasticsearch", "nonsense")).Code.ShouldBe(2);
        (await cli.RunAsync("verify-index", "--repair", "--kafka", "127.0.0.1:1", "--kafka-properties", "/nowhere")).Code.ShouldBe(2);
        var outcome = await cli.RunAsync("verify-index", "--prefix", "other");
        (outcome.Code, outcome.Error).ShouldBe((2, outcome.Error));
        outcome.Error.ShouldStartWith("timestone: --prefix goes with --repair.");
    }
}
