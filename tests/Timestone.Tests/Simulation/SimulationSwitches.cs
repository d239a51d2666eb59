using System.Globalization;

namespace Timestone.Tests.Simulation;

/// <summary>Environment variables that make the simulation run for longer, or one seed alone.</summary>
internal static class SimulationSwitches
{
    /// <summary>Runs this seed alone.</summary>
    public const string SeedVariable = "TIMESTONE_SIMULATION_SEED";

    /// <summary>Runs fresh seeds for so many minutes instead of the usual number.</summary>
    public const string MinutesVariable = "TIMESTONE_SIMULATION_MINUTES";

    public static int? Seed => Number(SeedVariable) is { } seed ? (int)seed : null;

    public static TimeSpan? Duration => Number(MinutesVariable) is { } minutes ? TimeSpan.FromMinutes(minutes) : null;

    private static double? Number(string variable) =>
        double.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
