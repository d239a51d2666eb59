using Shouldly;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Linearizability;

/// <summary>
/// The checker finds what is wrong: each scene is one caller between two crowds, who is lied to once.
/// </summary>
[Slow]
public sealed class RejectionTests(ITestOutputHelper output)
{
    private const int SeedsEach = 4;

    public static TheoryData<string, bool> Wrongs()
    {
        var wrongs = new TheoryData<string, bool>();
        foreach (var lie in Lies.All.Keys)
            wrongs.Add(lie, false);
        foreach (var lie in Lies.WrongWhateverIsUnknown)
            wrongs.Add(lie, true);
        return wrongs;
    }

    [Theory]
    [MemberData(nameof(Wrongs))]
    public void A_history_is_rejected_where(string lie, bool amongUnknowns)
    {
        for (var i = 0; i < SeedsEach; i++)
        {
            var seed = i < SeedsEach - 1 ? i : Random.Shared.Next();
            var shape = new HistoryShape
            {
                Calls = amongUnknowns ? 80 : 200,
                Callers = amongUnknowns ? 6 : 10,
                UnknownPerMille = amongUnknowns ? 40 : 0,
                Settings = new QueueSettings
                {
                    Type = lie.Contains("exclusivity", StringComparison.Ordinal) || seed % 2 == 0 ? QueueType.Exclusive : QueueType.Simple,
                    Lease = TimeSpan.FromMilliseconds(200),
                },
            };
            var history = HistoryMaker.Make(new Random(seed), shape, Lies.All[lie]);
            var verdict = LinearizabilityChecker.Check(history);
            output.WriteLine($"Seed {seed}: {verdict}");
            verdict.IsLinearizable.ShouldBeFalse($"Seed {seed}");
            verdict.IsDecided.ShouldBeTrue($"Seed {seed}: {verdict}");
            verdict.Window.Count.ShouldBeInRange(1, 8, $"Seed {seed}: {verdict}");
            verdict.Window.ShouldContain(static one => one.Call.Caller == -1, $"Seed {seed}: {verdict}");
        }
    }
}
