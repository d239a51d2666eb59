using Shouldly;

namespace Timestone.Tests.Indexing;

/// <summary>Compares figures of an index with exact ones: times may be off by 5 %.</summary>
internal static class StatsComparison
{
    public static void ShouldBeAbout(this IndexedQueueStats found, IndexedQueueStats exact)
    {
        (found with { TimeInState = exact.TimeInState }).ShouldBe(exact);
        found
            .TimeInState.Select(static stay => (stay.State, stay.Count))
            .ShouldBe(exact.TimeInState.Select(static stay => (stay.State, stay.Count)));
        foreach (var (stay, other) in found.TimeInState.Zip(exact.TimeInState))
        {
            ShouldBeAbout(stay.P50, other.P50);
            ShouldBeAbout(stay.P95, other.P95);
            ShouldBeAbout(stay.P99, other.P99);
        }
    }

    // Half a millisecond more, as times are told in whole ones.
    private static void ShouldBeAbout(TimeSpan found, TimeSpan exact) =>
        found.TotalMilliseconds.ShouldBe(exact.TotalMilliseconds, (exact.TotalMilliseconds * 0.05) + 0.5);
}
