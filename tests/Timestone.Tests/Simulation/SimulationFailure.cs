namespace Timestone.Tests.Simulation;

/// <summary>An invariant did not hold.</summary>
internal sealed class SimulationFailure(Invariant invariant, string message, Exception? cause = null) : Exception(message, cause)
{
    public Invariant Invariant { get; } = invariant;
}
