using System.Collections.Concurrent;
using System.Diagnostics;
using Xunit.Abstractions;

namespace Timestone.Tests.Simulation;

/// <summary>Runs simulations on every core, a seed each.</summary>
internal static class Seeds
{
    /// <summary>Runs the same seeds as always and fresh ones besides, or what <see cref="SimulationSwitches"/> ask for.</summary>
    public static void Run(ITestOutputHelper output, Action<int> simulate, int fixedCount, int freshCount)
    {
        if (SimulationSwitches.Seed is { } seed)
        {
            simulate(seed);
            return;
        }

        var fresh = Random.Shared.Next(fixedCount, int.MaxValue / 2);
        var clock = Stopwatch.StartNew();
        if (SimulationSwitches.Duration is { } duration)
        {
            output.WriteLine($"Seeds from {fresh} on, for {duration.TotalMinutes} minutes.");
            var last = All(Enumerable.Range(fresh, int.MaxValue / 2).TakeWhile(_ => clock.Elapsed < duration), simulate);
            output.WriteLine($"{last} runs.");
            return;
        }

        output.WriteLine($"Seeds 0 to {fixedCount - 1}, and {fresh} to {fresh + freshCount - 1}.");
        All(Enumerable.Range(0, fixedCount).Concat(Enumerable.Range(fresh, freshCount)), simulate);
        output.WriteLine($"{fixedCount + freshCount} runs in {clock.Elapsed.TotalSeconds:0.0} s.");
    }

    private static int All(IEnumerable<int> seeds, Action<int> simulate)
    {
        var runs = 0;
        try
        {
            Parallel.ForEach(Partitioner.Create(seeds, EnumerablePartitionerOptions.NoBuffering), seed =>
            {
                simulate(seed);
                Interlocked.Increment(ref runs);
            });
        }
        catch (AggregateException failures)
        {
            throw failures.InnerExceptions[0];
        }

        return runs;
    }
}
