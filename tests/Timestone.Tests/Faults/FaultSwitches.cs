using System.Globalization;

namespace Timestone.Tests.Faults;

/// <summary>An environment variable that makes the fault tests run for longer.</summary>
internal static class FaultSwitches
{
    /// <summary>How many times as many calls each fault test makes: a number of 1 or more.</summary>
    public const string FactorVariable = "TIMESTONE_FAULT_FACTOR";

    /// <summary>How many times as many.</summary>
    public static int Factor =>
        int.TryParse(Environment.GetEnvironmentVariable(FactorVariable), CultureInfo.InvariantCulture, out var factor) && factor > 1 ? factor : 1;
}
