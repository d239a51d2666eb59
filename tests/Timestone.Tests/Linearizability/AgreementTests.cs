using Shouldly;
using Timestone.Tests.Reference;
using Timestone.Tests.Simulation;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Linearizability;

/// <summary>The checker says of small histories what trying everything says of them.</summary>
[Slow]
public sealed class AgreementTests(ITestOutputHelper output)
{
    private const int Most = 2000;

    // Some histories are too much for brute force, but not most of them. One seed alone decides nothing.
    private static readonly int Least = SimulationSwitches.Seed is null ? 50 : 0;

    [Fact]
    public void A_few_calls_are_decided_as_brute_force_decides_them()
    {
        var (accepted, rejected) = (0, 0);
        Seeds.Run(
            output,
            seed =>
            {
                var random = new Random(seed);
                var history = HistoryMaker.Make(random, HistoryShape.Tiny(random, (QueueType)(seed % 2), mostUnknown: 300));
                for (var i = random.Next(3); i > 0 && history.Calls.Count > 1; i--)
                    history = Distortion.Once(history, random);
                if (BruteForce.Decide(history, Most) is not { } expected || (!expected && IsLeftOpen(history)))
                    return;
                var verdict = LinearizabilityChecker.Check(history, slack: TimeSpan.Zero);
                verdict.IsLinearizable.ShouldBe(expected, $"Seed {seed}: {verdict}");
                verdict.IsDecided.ShouldBeTrue($"Seed {seed}: {verdict}");
                Interlocked.Increment(ref (expected ? ref accepted : ref rejected));
            },
            fixedCount: 500,
            freshCount: 250
        );
        output.WriteLine($"{accepted} histories accepted by both, {rejected} rejected by both.");
        accepted.ShouldBeGreaterThanOrEqualTo(Least);
        rejected.ShouldBeGreaterThanOrEqualTo(Least);
    }

    [Fact]
    public void A_history_is_accepted_however_little_is_known_of_it() => Seeds.Run(output, seed =>
    {
        var random = new Random(seed);
        var history = HistoryMaker.Make(random, HistoryShape.Small(random, (QueueType)(seed % 2)));
        for (var i = random.Next(6); i > 0; i--)
            history = Distortion.Weaken(history, random);
        var verdict = LinearizabilityChecker.Check(history, slack: TimeSpan.FromMilliseconds(random.Next(3)));
        verdict.IsLinearizable.ShouldBeTrue($"Seed {seed}: {verdict}");
    }, fixedCount: 3000, freshCount: 2000);

    // What the checker does not look at too closely: what else a dequeue without an answer left, and what exactly was counted.
    private static bool IsLeftOpen(RecordedHistory history) =>
        history.Calls.Any(static call => call.Command is DepthCommand || (call.Answer is null && call.Command is DequeueCommand));
}
