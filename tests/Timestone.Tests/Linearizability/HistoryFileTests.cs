using Shouldly;
using Timestone.Tests.Simulation;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Linearizability;

[Slow]
public sealed class HistoryFileTests(ITestOutputHelper output)
{
    [Fact]
    public void A_recorded_history_is_read_as_it_was_written()
    {
        using var directory = new TemporaryDirectory();
        Seeds.Run(
            output,
            seed =>
            {
                var random = new Random(seed);
                var history = HistoryMaker.Make(
                    random,
                    HistoryShape.Random(random, (QueueType)(seed & 1), mostCallers: 16, mostUnknown: 40)
                );
                var path = System.IO.Path.Combine(directory.Path, $"{seed}.txt");
                HistoryFile.Write(path, history);
                var read = HistoryFile.Read(path);
                read.Settings.ShouldBe(history.Settings);
                read.Calls.Select(static call => call.ToString())
                    .ShouldBe(history.Calls.OrderBy(static call => call.Start).Select(static call => call.ToString()));
                LinearizabilityChecker.Check(read).IsLinearizable.ShouldBeTrue();
            },
            fixedCount: 5,
            freshCount: 5
        );
    }

    [Fact]
    public void A_history_with_a_settlement_of_unknown_outcome_is_decided_by_the_error_that_is_shown_much_later()
    {
        // Of a real server that was killed: whether the lease had expired or the message had failed is shown a thousand calls later.
        var history = HistoryFile.Read(
            System.IO.Path.Combine(AppContext.BaseDirectory, "Linearizability", "Histories", "exclusive-killed-server.txt.gz")
        );
        history.Calls.Count.ShouldBe(1886);
        LinearizabilityChecker.Check(history, mostTrials: 200_000).IsLinearizable.ShouldBeTrue();
    }
}
