using Xunit;
using Xunit.Abstractions;

namespace Timestone.Tests.Simulation;

/// <summary>
/// Random histories against the reference. A failure names its seed, which repeats it. The same seeds are run every time,
/// and a block of fresh ones besides.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    [Fact]
    public void The_engine_answers_as_the_reference_does() => Seeds.Run(output, seed => EngineSimulation.Run(seed), 18_000, 2_000);

    [Fact]
    public void What_the_journal_acknowledged_survives_crashes_and_failures()
    {
        var counts = new SimulationCounts();
        Seeds.Run(output, seed => counts.Add(JournalSimulation.Run(seed)), 7_200, 800);
        output.WriteLine($"{counts}");
    }
}
