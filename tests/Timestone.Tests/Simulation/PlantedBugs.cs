
using Xunit;
namespace Timestone.Tests.Simulation;

internal static class PlantedBugs
{
    /// <summary>Checks that some seed's run finds the invariant broken. Runs that find another one broken first are passed over.</summary>
    public static void MustBreak(Invariant invariant, int mostSeeds, Action<int> simulate, ITestOutputHelper output)
    {
        var others = new Dictionary<Invariant, int>();
        for (var seed = 0; seed < mostSeeds; seed++)
        {
            try
            {
                simulate(seed);
            }
            catch (SimulationFailure failure)
            {
                if (failure.Invariant == invariant)
                {
                    output.WriteLine(failure.Message[..failure.Message.IndexOf('\n')]);
                    return;
                }

                others[failure.Invariant] = others.GetValueOrDefault(failure.Invariant) + 1;
            }
        }

        var found = others.Count == 0 ? "nothing" : string.Join(", ", others.Select(other => $"{other.Key} {other.Value} times"));
        throw new SimulationFailure(
            invariant,
            $"A planted bug that breaks {invariant} was not caught within {mostSeeds} seeds; found was {found}."
        );
    }
}
