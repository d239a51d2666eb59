using System.Diagnostics;
using Shouldly;
using Timestone.Tests.Reference;
using Timestone.Tests.Simulation;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Linearizability;

/// <summary>Histories that are linearizable are found to be.</summary>
[Slow]
public sealed class AcceptanceTests(ITestOutputHelper output)
{
    private const long MostTrials = 2_000_000;

    [Theory]
    [InlineData(QueueType.Simple, 16, 0)]
    [InlineData(QueueType.Exclusive, 16, 0)]
    [InlineData(QueueType.Simple, 16, 40)]
    [InlineData(QueueType.Exclusive, 12, 40)]
    [InlineData(QueueType.Simple, 10, 100)]
    [InlineData(QueueType.Exclusive, 8, 100)]
    public void Histories_made_of_the_reference_are_accepted(QueueType type, int mostCallers, int mostUnknownPerMille) =>
        Seeds.Run(
            output,
            seed =>
            {
                var random = new Random(seed);
                var history = HistoryMaker.Make(random, HistoryShape.Random(random, type, mostCallers, mostUnknownPerMille));
                var verdict = LinearizabilityChecker.Check(history, mostTrials: MostTrials);
                verdict.IsLinearizable.ShouldBeTrue($"Seed {seed}: {verdict}");
            },
            fixedCount: 80,
            freshCount: 20
        );

    [Theory]
    [InlineData(QueueType.Simple)]
    [InlineData(QueueType.Exclusive)]
    public void What_answers_tell_of_the_times_of_calls_is_true(QueueType type) =>
        Seeds.Run(
            output,
            seed =>
            {
                var random = new Random(seed);
                var history = HistoryMaker.Make(random, HistoryShape.Random(random, type, mostCallers: 40, mostUnknown: 40), out var maker);
                foreach (var step in new Foresight(history, slackMs: 0).Steps.Where(static step => step.Call.Answer is not null))
                    step.Time.Contains(maker.Times[step.Call])
                        .ShouldBeTrue($"Seed {seed}: {step.Call} took effect at {maker.Times[step.Call]}, not in {step.Time}");
            },
            fixedCount: 200,
            freshCount: 50
        );

    [Theory]
    [InlineData(QueueType.Simple, 16, 0)]
    [InlineData(QueueType.Exclusive, 16, 0)]
    [InlineData(QueueType.Simple, 16, 20)]
    public void Twenty_thousand_calls_are_decided(QueueType type, int callers, int unknownPerMille)
    {
        const int seed = 5;
        output.WriteLine($"Seed {seed}.");
        var shape = new HistoryShape
        {
            Calls = 20_000,
            Callers = callers,
            UnknownPerMille = unknownPerMille,
            Settings = new QueueSettings { Type = type, Lease = TimeSpan.FromMilliseconds(200) },
        };
        var history = HistoryMaker.Make(new Random(seed), shape);
        var unknown = history.Calls.Count(static call => call.Answer is null);
        var clock = Stopwatch.StartNew();
        var verdict = LinearizabilityChecker.Check(history);
        output.WriteLine(
            $"{type}: {history.Calls.Count} calls of {callers} callers, {unknown} of unknown outcome, in {clock.Elapsed.TotalSeconds:0.0} s: {verdict}"
        );
        verdict.IsLinearizable.ShouldBeTrue($"Seed {seed}: {verdict}");
        history.Calls.Count.ShouldBeGreaterThanOrEqualTo(shape.Calls);
        unknown.ShouldBeGreaterThanOrEqualTo(shape.Calls * unknownPerMille / 2000);
        history
            .Calls.Select(static call => call.Command)
            .OfType<EnqueueCommand>()
            .SelectMany(static enqueue => enqueue.Messages)
            .Count(static message => message.PriorityOffset is not null)
            .ShouldBeGreaterThan(shape.Calls / 50);
    }
}
