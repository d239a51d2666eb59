using Shouldly;
using Timestone.Tests.Simulation;
using Xunit;
using Xunit.Abstractions;

namespace Timestone.Tests.Linearizability;

/// <summary>Histories that are linearizable are found to be.</summary>
public sealed class AcceptanceTests(ITestOutputHelper output)
{
    [Fact]
    public void Histories_made_of_the_reference_are_accepted() => Seeds.Run(output, seed =>
    {
        var random = new Random(seed);
        var history = HistoryMaker.Make(random, HistoryShape.Random(random, seed % 2 == 0 ? QueueType.Simple : QueueType.Exclusive, 40, 40));
        var verdict = LinearizabilityChecker.Check(history, limit: TimeSpan.FromSeconds(20));
        verdict.IsLinearizable.ShouldBeTrue($"Seed {seed}: {verdict}");
    }, 300, 100);

    [Fact]
    public void Survey()
    {
        string Env(string n) => Environment.GetEnvironmentVariable(n)!;
        var (type, callers, unknown, from, count, limit, calls0) = (Enum.Parse<QueueType>(Env("S_TYPE")), int.Parse(Env("S_CALLERS")), int.Parse(Env("S_UNKNOWN")), int.Parse(Env("S_FROM")), int.Parse(Env("S_COUNT")), int.Parse(Env("S_LIMIT")), int.Parse(Env("S_CALLS")));
        int bad = 0, undecided = 0, n = 0; long calls = 0;
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Parallel.For(from, from + count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            var random = new Random(seed);
            var shape = HistoryShape.Random(random, type, callers, unknown);
            if (calls0 > 0) shape = shape with { Calls = calls0 };
            var history = HistoryMaker.Make(random, shape, out var maker);
            var c = System.Diagnostics.Stopwatch.StartNew();
            var verdict = LinearizabilityChecker.Check(history, limit: TimeSpan.FromSeconds(limit), places: Env("S_TRUE") == "1" ? maker.Places : null);
            Interlocked.Increment(ref n); Interlocked.Add(ref calls, history.Calls.Count);
            if (!verdict.IsLinearizable || c.ElapsedMilliseconds > 1500) lock (clock) { if (!verdict.IsLinearizable) { System.IO.File.WriteAllLines($"/tmp/faults/hist-{type}-{callers}-{unknown}-{seed}.txt", history.Calls.OrderBy(x => maker.Places.GetValueOrDefault(x, 999999)).Select(x => maker.Places.GetValueOrDefault(x, -1) + " " + x)); if (verdict.IsDecided) bad++; else undecided++; } System.IO.File.AppendAllText("/tmp/faults/survey.txt", $"{type} {callers} {unknown} {calls0} seed {seed} {c.ElapsedMilliseconds} ms {verdict}\n"); }
        });
        System.IO.File.AppendAllText("/tmp/faults/survey.sum", $"{type} {callers} {unknown} {calls0}: {n} runs, {calls} calls, {bad} bad, {undecided} undecided, {clock.Elapsed.TotalSeconds:0} s\n");
    }

    [Fact]
    public void What_answers_tell_of_the_times_of_calls_is_true() => Seeds.Run(output, seed =>
    {
        var random = new Random(seed);
        var history = HistoryMaker.Make(random, HistoryShape.Random(random, seed % 2 == 0 ? QueueType.Simple : QueueType.Exclusive, 40, 40), out var maker);
        foreach (var step in new Foresight(history, slackMs: 0).Steps.Where(static step => step.Call.Answer is not null))
            step.Time.Contains(maker.Times[step.Call]).ShouldBeTrue($"Seed {seed}: {step.Call} took effect at {maker.Times[step.Call]}, not in {step.Time}");
    }, 300, 100);

    [Theory]
    [InlineData(16, 0)]
    [InlineData(64, 20)]
    public void Twenty_thousand_calls_are_decided_within_a_minute(int callers, int unknown)
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"Seed {seed}.");
        var shape = new HistoryShape { Calls = 20_000, Callers = callers, UnknownPerMille = unknown, Settings = new QueueSettings { Lease = TimeSpan.FromMilliseconds(200) } };
        var history = HistoryMaker.Make(new Random(seed), shape);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var verdict = LinearizabilityChecker.Check(history);
        output.WriteLine($"{history.Calls.Count} calls of {callers} callers, {history.Calls.Count(static call => call.Answer is null)} of unknown outcome, in {clock.Elapsed.TotalSeconds:0.0} s: {verdict}");
        verdict.IsLinearizable.ShouldBeTrue($"Seed {seed}: {verdict}");
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(1));
    }
}
