using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Timestone.Indexing.Elasticsearch;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Elasticsearch;

/// <summary>How historic indices are named, and when they are deleted.</summary>
[Slow]
public sealed class RetentionTests
{
    private static readonly IndexNames Names = new("timestone");

    [Theory]
    [InlineData(HistoricPeriod.Day, "2026-01-31T23:59:59Z", "timestone-historic-2026.01.31", "2026-02-01")]
    [InlineData(HistoricPeriod.Day, "2026-02-01T01:00:00+02:00", "timestone-historic-2026.01.31", "2026-02-01")]
    [InlineData(HistoricPeriod.Week, "2026-01-01T00:00:00Z", "timestone-historic-2026.w01", "2026-01-05")]
    [InlineData(HistoricPeriod.Week, "2027-01-03T23:00:00Z", "timestone-historic-2026.w53", "2027-01-04")]
    [InlineData(HistoricPeriod.Month, "2026-12-31T23:59:59Z", "timestone-historic-2026.12", "2027-01-01")]
    public void A_historic_index_is_named_by_its_time_and_its_name_tells_when_that_ends(
        HistoricPeriod period,
        string at,
        string name,
        string end
    )
    {
        Names.HistoricIndex(period, DateTimeOffset.Parse(at, null)).ShouldBe(name);
        Names.HistoricEnd(name).ShouldBe(DateTimeOffset.Parse(end + "T00:00:00Z", null));
    }

    [Theory]
    [InlineData("timestone-historic-2026.13")]
    [InlineData("timestone-historic-2026.w54")]
    [InlineData("timestone-historic-2026.w00")]
    [InlineData("timestone-historic-old")]
    [InlineData("timestone-historic-")]
    [InlineData("timestone-current-000001")]
    [InlineData("other-historic-2026.01.01")]
    public void Other_names_have_no_time(string name) => Names.HistoricEnd(name).ShouldBeNull();

    [Theory]
    [InlineData(HistoricPeriod.Day)]
    [InlineData(HistoricPeriod.Week)]
    [InlineData(HistoricPeriod.Month)]
    public void Every_time_ends_after_it_began(HistoricPeriod period)
    {
        for (var day = new DateTimeOffset(1999, 12, 20, 0, 0, 0, TimeSpan.Zero); day.Year < 2030; day = day.AddDays(1))
        {
            var end = Names.HistoricEnd(Names.HistoricIndex(period, day))!.Value;
            end.ShouldBeGreaterThan(day);
            (end - day).TotalDays.ShouldBeLessThanOrEqualTo(31);
        }
    }

    [Fact]
    public async Task Indices_whose_time_is_over_are_deleted_whichever_period_they_were_made_for()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 10, 0, 0, 0, TimeSpan.Zero));
        await using var bench = await ElasticsearchBench.OfStandInAsync(
            static address => new ElasticsearchOptions { Addresses = [address], HistoricRetention = TimeSpan.FromDays(7) },
            clock
        );
        await bench.Connection.SetUpAsync();
        string[] old = ["timestone-historic-2026.02", "timestone-historic-2026.03.02", "timestone-historic-2026.w09"];
        string[] kept =
        [
            "timestone-historic-2026.03",
            "timestone-historic-2026.03.03",
            "timestone-historic-2026.w10",
            "timestone-historic-mine",
        ];
        foreach (var index in old.Concat(kept))
            bench.Cluster.CreateIndex(index, []);
        var retention = new ElasticsearchRetention(bench.Connection);
        (await retention.RunAsync()).ShouldBe(old, ignoreOrder: true);
        bench.Cluster.Indices.Keys.ShouldBe([.. kept, "timestone-current-000001"], ignoreOrder: true);
        (await retention.RunAsync()).ShouldBeEmpty();
        clock.Advance(TimeSpan.FromDays(1));
        (await retention.RunAsync()).ShouldBe(["timestone-historic-2026.03.03"]);
    }
}
