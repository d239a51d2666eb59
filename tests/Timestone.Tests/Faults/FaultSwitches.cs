using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Timestone.Tests.Faults;

/// <summary>Environment variables that make the fault tests run for longer, or with one seed.</summary>
internal static class FaultSwitches
{
    /// <summary>Every scenario goes on for so many seconds of load, instead of once through its faults.</summary>
    public const string SecondsVariable = "TIMESTONE_FAULT_SECONDS";

    /// <summary>The seed of the load and of the faults; how they meet is up to the processes.</summary>
    public const string SeedVariable = "TIMESTONE_FAULT_SEED";

    /// <summary>How long each scenario goes on; null for once.</summary>
    public static TimeSpan? Duration => Number(SecondsVariable) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>The seed that is set, or a fresh one.</summary>
    public static int Seed => (int?)Number(SeedVariable) ?? Random.Shared.Next();

    /// <summary>Runs a scenario, with fresh seeds until its time is over.</summary>
    public static async Task RunAsync(ITestOutputHelper output, Func<int, Task> scenario)
    {
        var clock = Stopwatch.StartNew();
        do
        {
            var seed = Seed;
            output.WriteLine($"Seed {seed}.");
            await scenario(seed);
        }
        while (clock.Elapsed < Duration);
    }

    private static double? Number(string variable) =>
        double.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
