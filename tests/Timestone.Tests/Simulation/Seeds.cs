using System.Collections.Concurrent;
using System.Diagnostics;
using Xunit;

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

    // On threads of its own: a parallel loop takes every thread of the pool, and what all other tests wait for, sockets and
    // timers, then stands in a queue for seconds.
    private static int All(IEnumerable<int> seeds, Action<int> simulate)
    {
        var (runs, failed) = (0, false);
        var shared = Partitioner.Create(seeds, EnumerablePartitionerOptions.NoBuffering).GetDynamicPartitions();
        var threads = Enumerable
            .Range(0, Environment.ProcessorCount)
            .Select(_ => Task.Factory.StartNew(RunSome, TaskCreationOptions.LongRunning))
            .ToArray();
        try
        {
            Task.WaitAll(threads);
        }
        catch (AggregateException failures)
        {
            throw failures.InnerExceptions[0];
        }

        return runs;

        void RunSome()
        {
            foreach (var seed in shared.TakeWhile(_ => !Volatile.Read(ref failed)))
            {
                try
                {
                    simulate(seed);
                }
                catch
                {
                    Volatile.Write(ref failed, true);
                    throw;
                }

                Interlocked.Increment(ref runs);
            }
        }
    }
}
