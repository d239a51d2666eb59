using System.Globalization;

namespace Timestone.Tests.Simulation;

/// <summary>Environment variables that make the simulation run for longer, or one seed alone.</summary>
internal static class SimulationSwitches
{
    /// <summary>Runs this seed alone.</summary>
    public const string SeedVariable = "TIMESTONE_SIMULATION_SEED";

    /// <summary>Runs fresh seeds for so many minutes, half of them for each of the two simulations, instead of the usual number.</summary>
    public const string MinutesVariable = "TIMESTONE_SIMULATION_MINUTES";

    /// <summary>The one seed to run; null for the usual ones.</summary>
    public static int? Seed => Number(SeedVariable) is { } seed ? (int)seed : null;

    /// <summary>How long one simulation goes on; null for the usual number of runs.</summary>
    public static TimeSpan? Duration => Number(MinutesVariable) is { } minutes ? TimeSpan.FromMinutes(minutes / 2) : null;

    private static double? Number(string variable) =>
        double.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
