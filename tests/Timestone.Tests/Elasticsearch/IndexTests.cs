using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Timestone.Indexing.Elasticsearch;
using Timestone.Tests.Reference;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Elasticsearch;

/// <summary>What searches answer, held to the naive index of the tests.</summary>
[Slow]
public sealed class IndexTests
{
    private static readonly Freshness AnyFreshness = new();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 6)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Searches_find_what_matches_in_their_order_page_by_page(int seed)
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        var journal = new EventJournal(seed);
        await bench.WriteAsync(journal.Events);
        await bench.RefreshAsync();
        var middle = journal.Transitions[journal.Transitions.Count / 2].At;
        foreach (var what in new[]
        {
            new MessageSearch(),
            new MessageSearch { Queue = "orders" },
            new MessageSearch { Queue = "order" },
            new MessageSearch { State = MessageState.Errored },
            new MessageSearch { Filter = Metadata.Of("tenant", "1") },
            new MessageSearch { Filter = Metadata.From([new("a.b", "2"), new("x..y", "")]) },
            new MessageSearch { Filter = Metadata.Of(".a", "a=b") },
            new MessageSearch { Worker = "w 1" },
            new MessageSearch { Worker = "w" },
            new MessageSearch { Error = "DISK" },
            new MessageSearch { Error = "full, disk!" },
            new MessageSearch { Error = "zeitüberschreitung Ärger" },
            new MessageSearch { Error = "dis" },
            new MessageSearch { MinPriority = 2, MaxPriority = 4 },
            new MessageSearch { MinPriority = long.MaxValue - 1 },
            new MessageSearch { EnqueuedFrom = middle },
            new MessageSearch { UpdatedFrom = middle.AddTicks(1), UpdatedBefore = journal.Now },
            new MessageSearch { EnqueuedBefore = middle, State = MessageState.Pending, Queue = "Orders" },
        })
        {
            foreach (var order in Enum.GetValues<SearchOrder>())
            {
                foreach (var descending in new[] { false, true })
                {
                    var search = what with { Order = order, Descending = descending, Limit = 3 };
                    var expected = ReferenceIndex
                        .Search(journal.Messages, search with { Limit = 1000, UpdatedFrom = Floor(search.UpdatedFrom) }, AnyFreshness)
                        .Messages;
                    (await bench.MessagesAsync(search)).ShouldBe(expected, $"seed {seed}, {search}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Figures_count_what_there_is_and_what_happened(int seed)
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        var journal = new EventJournal(seed, steps: 400);
        await bench.WriteAsync(journal.Events);
        await bench.RefreshAsync();
        foreach (var queue in new[] { null, "orders", "nothing" })
        {
            var found = (await bench.Index.GetStatsAsync(new StatsRequest { Queue = queue })).Queues;
            var expected = ReferenceIndex.Stats(journal.Messages, journal.Transitions, queue, AnyFreshness).Queues;
            found
                .Select(static each => each with { TimeInState = [] })
                .ShouldBe(expected.Select(static each => each with { TimeInState = [] }), $"seed {seed}");
            foreach (var (one, other) in found.Zip(expected))
            {
                one.TimeInState.Select(static time => (time.State, time.Count))
                    .ShouldBe(other.TimeInState.Select(static time => (time.State, time.Count)), $"seed {seed}");
                foreach (var (time, exact) in one.TimeInState.Zip(other.TimeInState))
                {
                    // Elasticsearch takes the nearest rank, which may be the one before the exact.
                    var times = journal
                        .Transitions.Where(each => each.Queue == one.Queue && each.From == time.State && each.InFrom is not null)
                        .Select(static each => each.InFrom!.Value.TotalSeconds)
                        .Order()
                        .ToList();
                    var nearest = times[Math.Max(0, (int)((0.95 * times.Count) + 0.5) - 1)];
                    time.P95.TotalSeconds.ShouldBeInRange(
                        (nearest * 0.98) - 0.001,
                        (exact.P95.TotalSeconds * 1.02) + 0.001,
                        $"seed {seed}, {time.State}"
                    );
                }
            }
        }
    }

    [Fact]
    public async Task Before_anything_was_written_answers_are_empty()
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        var page = await bench.Index.SearchAsync(new MessageSearch());
        page.Messages.ShouldBeEmpty();
        page.Freshness.ShouldBe(AnyFreshness);
        (await bench.Index.GetHistoryAsync("q", "a", new HistoryRequest())).Transitions.ShouldBeEmpty();
        (await bench.Index.GetStatsAsync(new StatsRequest())).Queues.ShouldBeEmpty();
    }

    [Fact]
    public async Task History_keeps_payloads_and_is_sorted_by_lives_as_numbers()
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        var any = new EventJournal(1).Transitions[0];
        var transitions = new[] { (9, 1), (10, 1), (10, 2), (10, 10) }
            .Select(each =>
                any with
                {
                    Queue = "q",
                    Id = "a",
                    Life = $"5-{each.Item1}",
                    Version = each.Item2,
                    Payload = Payload.FromJson("{\"a.b\":[1,{}]}"u8.ToArray()),
                }
            )
            .ToList();
        await bench.WriteAsync(transitions.AsEnumerable().Reverse().Select(StreamEvent.Of));
        await bench.RefreshAsync();
        (await bench.HistoryAsync("q", "a", 2)).ShouldBe(transitions);
    }

    [Theory]
    [InlineData(new[] { 1, 2, 3, 4, 5 }, false)]
    [InlineData(new[] { 2, 3, 4, 5 }, true)]
    [InlineData(new[] { 1, 2, 4, 5 }, true)]
    [InlineData(new[] { 1, 2, 3, 5 }, true)]
    public async Task A_history_that_lacks_a_version_is_incomplete(int[] versions, bool incomplete)
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        var any = new EventJournal(1).Transitions[0];
        await bench.WriteAsync(
            versions.Select(version => StreamEvent.Of(any with { Queue = "q", Id = "a", Life = "5-9", Version = version }))
        );
        await bench.WriteAsync([StreamEvent.Of(any with { Queue = "q", Id = "a", Life = "5-10", Version = 1 })]);
        await bench.RefreshAsync();
        (await bench.Index.GetHistoryAsync("q", "a", new HistoryRequest())).Incomplete.ShouldBe(incomplete);
        // By the page, some page says so.
        var (found, request) = (false, new HistoryRequest { Limit = 2 });
        do
        {
            var page = await bench.Index.GetHistoryAsync("q", "a", request);
            found |= page.Incomplete;
            request = request with { Cursor = page.Next };
        }
        while (request.Cursor is not null);
        found.ShouldBe(incomplete);
    }

    [Fact]
    public async Task Answers_say_how_fresh_they_are()
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        var journal = new EventJournal(3);
        var newest = journal.Transitions[^1].At;
        TimeSpan? lag = TimeSpan.FromSeconds(2.5);
        var incomplete = true;
        var index = new ElasticsearchIndex(bench.Connection, _ => new(lag), () => incomplete);
        (await index.SearchAsync(new MessageSearch())).Freshness.NewestTransition.ShouldBeNull();
        await bench.WriteAsync(journal.Events);
        await bench.RefreshAsync();
        (await index.SearchAsync(new MessageSearch { Queue = "nothing" })).Freshness.ShouldBe(
            new Freshness
            {
                NewestTransition = newest,
                Lag = TimeSpan.FromSeconds(2.5),
                Incomplete = true,
            }
        );
        (lag, incomplete) = (TimeSpan.Zero, false);
        (await index.GetStatsAsync(new StatsRequest())).Freshness.ShouldBe(
            new Freshness { NewestTransition = newest, Lag = TimeSpan.Zero }
        );
        lag = null;
        (await index.SearchAsync(new MessageSearch())).Freshness.ShouldBe(new Freshness { NewestTransition = newest });
    }

    [Fact]
    public async Task A_search_waits_until_it_finds_a_write()
    {
        await using var bench = await ElasticsearchBench.OfStandInAsync();
        bench.Cluster.RefreshesBySearch = false;
        var message = EventJournal.Message("q", "a", 2);
        var looks = 0;
        bench.StandIn.Arrived = async operation =>
        {
            if (operation != "search-3" || Interlocked.Increment(ref looks) is not (3 or 5))
                return;
            if (looks == 3)
                await bench.Writer.WriteAsync([StreamEvent.Of(message with { Version = 1 })]);
            else
                await bench.Writer.WriteAsync([StreamEvent.Of(message)]);
            bench.Cluster.Refresh();
        };
        var found = await bench.Index.SearchAsync(
            new MessageSearch { After = new IndexedWrite("q", "a", 2), Wait = TimeSpan.FromSeconds(30) }
        );
        found.Messages.ShouldHaveSingleItem().ShouldBe(message);
    }

    [Fact]
    public async Task Waiting_for_a_write_goes_on_while_an_index_cannot_be_searched_for_a_moment()
    {
        await using var bench = await ElasticsearchBench.OfStandInAsync();
        await bench.WriteAsync([StreamEvent.Of(EventJournal.Message("q", "a"))]);
        bench.StandIn.Faults = StandInFaults.Of("search-3", Fault.BadGateway);
        (
            await bench.Index.SearchAsync(new MessageSearch { After = new IndexedWrite("q", "a", 1), Wait = TimeSpan.FromSeconds(30) })
        ).Messages.ShouldHaveSingleItem();
        bench.StandIn.Faults = StandInFaults.Of("search-3", Fault.BadGateway);
        await ShouldBeRefused(
            () => bench.Index.SearchAsync(new MessageSearch { After = new IndexedWrite("q", "a", 1), Wait = TimeSpan.Zero }),
            ErrorCode.Unavailable
        );
    }

    [Fact]
    public async Task A_write_that_is_not_found_in_time_is_told()
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        await bench.WriteAsync([StreamEvent.Of(EventJournal.Message("q", "a"))]);
        await bench.RefreshAsync();
        foreach (var write in new[] { new IndexedWrite("q", "a", 2), new IndexedWrite("q", "b", 1) })
        {
            (
                await ShouldBeRefused(
                    () => bench.Index.SearchAsync(new MessageSearch { After = write, Wait = TimeSpan.Zero }),
                    ErrorCode.Unavailable
                )
            ).Error.Field.ShouldBe("after");
            (
                await ShouldBeRefused(
                    () => bench.Index.GetStatsAsync(new StatsRequest { After = write, Wait = TimeSpan.FromMilliseconds(30) }),
                    ErrorCode.Unavailable
                )
            ).Error.Field.ShouldBe("after");
            (
                await ShouldBeRefused(
                    () => bench.Index.GetHistoryAsync("q", write.Id, new HistoryRequest { After = write.Version, Wait = TimeSpan.Zero }),
                    ErrorCode.Unavailable
                )
            ).Error.Field.ShouldBe("after");
        }

        (
            await bench.Index.SearchAsync(new MessageSearch { After = new IndexedWrite("q", "a", 1), Wait = TimeSpan.Zero })
        ).Messages.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_write_of_a_message_is_not_included_by_those_that_had_its_id_before()
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        var (before, after) = (EventJournal.Message("q", "a", 5), EventJournal.Message("q", "a", 1, sequence: 2));
        var search = new MessageSearch { After = new IndexedWrite("q", "a", 1), Wait = TimeSpan.Zero };
        await bench.WriteAsync([StreamEvent.Of(before)]);
        await bench.RefreshAsync();
        await bench.Index.SearchAsync(search);
        (await ShouldBeRefused(() => bench.Index.SearchAsync(search, after.Life), ErrorCode.Unavailable)).Error.Field.ShouldBe("after");
        await bench.WriteAsync([StreamEvent.Of(after)]);
        await bench.RefreshAsync();
        (await bench.Index.SearchAsync(search, after.Life)).Messages.ShouldContain(after);
    }

    [Fact]
    public async Task A_write_of_a_message_that_has_ended_and_gone_is_included()
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        var message = EventJournal.Message("q", "a", 3);
        var end = new EventJournal(1).Transitions[0] with
        {
            Queue = "q",
            Id = "a",
            Life = message.Life,
            Version = 3,
            To = MessageState.Completed,
        };
        await bench.WriteAsync([
            StreamEvent.Of(message),
            StreamEvent.Of(end),
            StreamEvent.Of(new RemovedMessage("q", "a", message.Life, 4)),
        ]);
        await bench.RefreshAsync();
        (
            await bench.Index.SearchAsync(new MessageSearch { After = new IndexedWrite("q", "a", 3), Wait = TimeSpan.Zero })
        ).Messages.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_write_is_not_included_while_only_the_historic_index_shows_it()
    {
        await using var bench = await ElasticsearchBench.OfStandInAsync();
        bench.Cluster.RefreshesBySearch = false;
        var message = EventJournal.Message("q", "a", 3);
        var end = new EventJournal(1).Transitions[0] with
        {
            Queue = "q",
            Id = "a",
            Life = message.Life,
            Version = 3,
            To = MessageState.Completed,
        };
        await bench.WriteAsync([StreamEvent.Of(message), StreamEvent.Of(end)]);
        foreach (var (name, index) in bench.Cluster.Indices)
        {
            if (name.Contains("historic", StringComparison.Ordinal))
                index.Refresh();
        }

        await ShouldBeRefused(
            () => bench.Index.SearchAsync(new MessageSearch { After = new IndexedWrite("q", "a", 3), Wait = TimeSpan.Zero }),
            ErrorCode.Unavailable
        );
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("")]
    [InlineData("ä")]
    [InlineData("enqueuedAt[1,\"q\",\"a\"]")]
    [InlineData("enqueuedAt[\"1\",\"q\",\"a\",\"5-1\"]")]
    [InlineData("enqueuedAt[1.5,\"q\",\"a\",\"5-1\"]")]
    [InlineData("enqueuedAt[1,\"q\",null,\"5-1\"]")]
    [InlineData("enqueuedAt{}")]
    [InlineData("-enqueuedAt[1,\"q\",\"a\",\"5-1\"]")]
    [InlineData("priority[1,\"q\",\"a\",\"5-1\"]")]
    public async Task What_is_no_cursor_of_the_search_is_refused(string cursor)
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        foreach (var text in new[] { cursor, Convert.ToBase64String(Encoding.UTF8.GetBytes(cursor)).TrimEnd('=') })
        {
            (
                await ShouldBeRefused(() => bench.Index.SearchAsync(new MessageSearch { Cursor = text }), ErrorCode.InvalidArgument)
            ).Error.Field.ShouldBe("cursor");
            (
                await ShouldBeRefused(
                    () => bench.Index.GetHistoryAsync("q", "a", new HistoryRequest { Cursor = text }),
                    ErrorCode.InvalidArgument
                )
            ).Error.Field.ShouldBe("cursor");
        }
    }

    [Theory]
    [InlineData(Fault.BadGateway)]
    [InlineData(Fault.TooManyRequests)]
    [InlineData(Fault.DropBefore)]
    internal async Task A_search_that_cannot_be_answered_is_unavailable(Fault fault)
    {
        await using var bench = await ElasticsearchBench.OfStandInAsync();
        bench.StandIn.Faults = StandInFaults.Of("search-3", fault);
        await ShouldBeRefused(() => bench.Index.SearchAsync(new MessageSearch()), ErrorCode.Unavailable);
        (await bench.Index.SearchAsync(new MessageSearch())).Messages.ShouldBeEmpty();
    }

    [Fact]
    public async Task Fields_that_a_later_version_has_added_are_passed_over()
    {
        await using var bench = await ElasticsearchBench.OfStandInAsync();
        await bench.WriteAsync([StreamEvent.Of(EventJournal.Message("q", "a"))]);
        var index = bench.Cluster.Indices["timestone-current-000001"];
        var document = index.Written.Values.Single();
        var more = document.ToJson();
        more["color"] = new JsonArray("red");
        index.Put(document.Id, document.Version, more);
        (await bench.MessagesAsync()).ShouldHaveSingleItem();
    }

    private static DateTimeOffset? Floor(DateTimeOffset? time) =>
        time is { } given ? DateTimeOffset.FromUnixTimeMilliseconds(given.ToUnixTimeMilliseconds()) : null;

    private static async Task<TimestoneException> ShouldBeRefused(Func<Task> ask, ErrorCode code)
    {
        var refused = await Should.ThrowAsync<TimestoneException>(ask);
        refused.Code.ShouldBe(code);
        return refused;
    }
}
