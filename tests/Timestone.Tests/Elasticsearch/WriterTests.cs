using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Timestone.Indexing.Elasticsearch;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Elasticsearch;

/// <summary>What the writer leaves in the indices, whatever happens on the way.</summary>
[Slow]
public sealed class WriterTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Events_that_come_in_any_order_and_several_times_leave_what_the_journal_holds(int seed)
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        var journal = new EventJournal(seed);
        (await bench.WriteAsync(journal.Disordered())).ShouldBeEmpty();
        await bench.RefreshAsync();
        await bench.CheckAsync(journal, $"seed {seed}");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Failures_of_requests_and_items_are_cured_by_repeating(int seed)
    {
        await using var bench = await ElasticsearchBench.OfStandInAsync(static address =>
            ElasticsearchBench.Quick(address, TimeSpan.FromSeconds(1), maxBulkBytes: 8_000)
        );
        bench.StandIn.Faults = StandInFaults.Random(seed);
        var journal = new EventJournal(seed);
        (await bench.WriteAsync(journal.Events)).ShouldBeEmpty();
        bench.StandIn.Faults = new StandInFaults();
        await bench.CheckAsync(journal, $"seed {seed}");
    }

    [Theory]
    [InlineData(Fault.TooManyRequests)]
    [InlineData(Fault.BadGateway)]
    [InlineData(Fault.DropBefore)]
    [InlineData(Fault.DropAfter)]
    internal async Task A_request_that_fails_is_repeated(Fault fault)
    {
        await using var bench = await ElasticsearchBench.OfStandInAsync();
        bench.StandIn.Faults = StandInFaults.Of("bulk", fault, fault, fault);
        (await bench.Writer.WriteAsync([Message("a")])).ShouldBeEmpty();
        bench.StandIn.Asked["bulk"].ShouldBe(4);
        (await bench.MessagesAsync()).ShouldHaveSingleItem().Id.ShouldBe("a");
    }

    [Fact]
    public async Task A_write_that_has_no_answer_in_time_fails_with_its_outcome_unknown_and_can_be_repeated()
    {
        var clock = new FakeTimeProvider();
        await using var bench = await ElasticsearchBench.OfStandInAsync(
            static address => ElasticsearchBench.Quick(address, retries: 0),
            clock
        );
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.StandIn.Arrived = operation =>
        {
            if (operation == "bulk")
                arrived.TrySetResult();
            return Task.CompletedTask;
        };
        bench.StandIn.Faults = StandInFaults.Of("bulk", Fault.Hang);
        var write = bench.Writer.WriteAsync([Message("a")]);
        await arrived.Task;
        clock.Advance(bench.Options.Timeout);
        (await Should.ThrowAsync<IOException>(() => write)).Message.ShouldContain("did not answer Bulk within");
        await bench.WriteAsync([Message("a")]);
        (await bench.MessagesAsync()).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_write_fails_when_all_its_retries_have()
    {
        await using var bench = await ElasticsearchBench.OfStandInAsync(static address => ElasticsearchBench.Quick(address, retries: 2));
        bench.StandIn.Faults = StandInFaults.Of("bulk", Fault.BadGateway, Fault.BadGateway, Fault.BadGateway);
        await Should.ThrowAsync<IOException>(() => bench.Writer.WriteAsync([Message("a")]));
        bench.StandIn.Asked["bulk"].ShouldBe(3);
    }

    [Fact]
    public async Task Of_a_request_that_failed_in_part_only_that_part_is_repeated()
    {
        await using var bench = await ElasticsearchBench.OfStandInAsync();
        var sent = new ConcurrentQueue<string>();
        bench.StandIn.Faults = StandInFaults.OfItems(id =>
        {
            sent.Enqueue(id.Split('/')[1]);
            return id.Contains("/b/", StringComparison.Ordinal) && sent.Count(static each => each == "b") < 3
                ? (429, "es_rejected_execution_exception")
                : null;
        });
        (await bench.Writer.WriteAsync([Message("a"), Message("b"), Message("c")])).ShouldBeEmpty();
        sent.ShouldBe(["a", "b", "c", "b", "b"]);
    }

    [Fact]
    public async Task A_document_that_is_refused_is_answered_and_the_others_are_written()
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        var poison = StreamEvent.Of(EventJournal.Message("q", "poison") with { Worker = new string('w', 40_000) });
        var lifeless = StreamEvent.Of(EventJournal.Message("q", "lifeless") with { Life = "ninth" });
        var empty = new StreamEvent { Schema = 1, Kind = StreamEventKind.Message };
        var rejected = await bench.Writer.WriteAsync([Message("a"), poison, lifeless, empty, Message("b")]);
        rejected.Select(static each => each.Event).ShouldBe([lifeless, empty, poison]);
        rejected[2].Reason.ShouldContain("immense term");
        await bench.RefreshAsync();
        (await bench.MessagesAsync()).Select(static message => message.Id).ShouldBe(["a", "b"]);
    }

    [Theory]
    [InlineData(403, "security_exception")]
    [InlineData(400, "validation_exception")]
    public async Task What_is_not_the_documents_fault_fails_the_write_at_once_and_rejects_nothing(int status, string type)
    {
        await using var bench = await ElasticsearchBench.OfStandInAsync();
        bench.StandIn.Faults = StandInFaults.OfItems(_ => (status, type));
        (await Should.ThrowAsync<IOException>(() => bench.Writer.WriteAsync([Message("a")]))).Message.ShouldContain(type);
        bench.StandIn.Asked["bulk"].ShouldBe(1);
    }

    [Fact]
    public async Task Of_several_versions_of_a_message_only_the_newest_is_sent()
    {
        await using var bench = await ElasticsearchBench.OfStandInAsync();
        var sent = 0;
        bench.StandIn.Faults = StandInFaults.OfItems(_ =>
        {
            Interlocked.Increment(ref sent);
            return null;
        });
        await bench.Writer.WriteAsync([Message("a", 1), Message("a", 3), Message("a", 2)]);
        sent.ShouldBe(1);
        (await bench.MessagesAsync()).ShouldHaveSingleItem().Version.ShouldBe(3);
    }

    [Fact]
    public async Task Bodies_are_bounded_and_become_smaller_where_less_is_taken()
    {
        await using var bench = await ElasticsearchBench.OfStandInAsync(static address =>
            ElasticsearchBench.Quick(address, maxBulkBytes: 10_000)
        );
        await bench.Writer.WriteAsync([.. Enumerable.Range(0, 100).Select(static n => Message($"m{n}"))]);
        bench.StandIn.Asked["bulk"].ShouldBeInRange(3, 10);
        bench.StandIn.MaxBody = 2_000;
        var tooLarge = StreamEvent.Of(EventJournal.Message("q", "large") with { Error = new string('x', 2_000) });
        var rejected = await bench.Writer.WriteAsync([.. Enumerable.Range(100, 100).Select(static n => Message($"m{n}")), tooLarge]);
        rejected.ShouldHaveSingleItem().Event.ShouldBe(tooLarge);
        (await bench.MessagesAsync()).Count.ShouldBe(200);
    }

    [Fact]
    public async Task A_removed_queue_takes_its_messages_along_and_leaves_those_of_a_later_one_of_its_name()
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        var later = EventJournal.Message("q", "a") with { Life = $"{EventJournal.CreatedAt.ToUnixTimeMilliseconds() + 1}-1" };
        var other = EventJournal.Message("q.2", "a");
        await bench.WriteAsync([Message("a"), Message("b"), StreamEvent.Of(other)]);
        await bench.WriteAsync([
            Message("c"),
            StreamEvent.Of(new RemovedQueue("q", EventJournal.CreatedAt)),
            StreamEvent.Of(later),
        ]);
        await bench.RefreshAsync();
        (await bench.MessagesAsync()).ShouldBe([later, other], ignoreOrder: true);
    }

    [Fact]
    public async Task What_each_partition_tells_of_a_deleted_queue_is_done_once_for_a_batch()
    {
        await using var bench = await ElasticsearchBench.OfStandInAsync();
        await bench.WriteAsync(Enumerable.Repeat(StreamEvent.Of(new RemovedQueue("q", EventJournal.CreatedAt)), 6));
        bench.StandIn.Asked["delete-by-query"].ShouldBe(1);
    }

    [Fact]
    public async Task A_removed_message_does_not_come_back_with_an_event_that_comes_late()
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        var message = EventJournal.Message("q", "a", 4);
        await bench.WriteAsync([StreamEvent.Of(message)]);
        await bench.WriteAsync([StreamEvent.Of(new RemovedMessage("q", "a", message.Life, 5))]);
        await bench.WriteAsync([StreamEvent.Of(message)]);
        await bench.RefreshAsync();
        (await bench.MessagesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_transition_goes_to_the_index_of_its_time_and_one_whose_index_is_gone_goes_nowhere()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        await using var bench = await ElasticsearchBench.OfStandInAsync(
            static address => new ElasticsearchOptions
            {
                Addresses = [address],
                HistoricPeriod = HistoricPeriod.Day,
                HistoricRetention = TimeSpan.FromDays(7),
            },
            clock
        );
        var transition = new EventJournal(1).Transitions[0];
        string[] times = ["2026-03-01T00:00:00Z", "2026-02-28T23:59:59.999Z", "2026-02-22T12:00:00Z", "2026-02-21T23:59:59Z"];
        await bench.Writer.WriteAsync([
            .. times.Select((time, at) => StreamEvent.Of(transition with { Version = at + 1, At = DateTimeOffset.Parse(time, null) })),
        ]);
        bench
            .Cluster.Indices.Keys.Where(static name => name.Contains("historic", StringComparison.Ordinal))
            .Order()
            .ShouldBe(["timestone-historic-2026.02.22", "timestone-historic-2026.02.28", "timestone-historic-2026.03.01"]);
    }

    [Fact]
    public async Task Several_that_start_at_once_find_one_index_and_starting_again_changes_nothing()
    {
        await using var bench = await ElasticsearchBench.OfStandInAsync();
        var connections = Enumerable.Range(0, 4).Select(_ => new ElasticsearchConnection(bench.Options)).ToList();
        await Task.WhenAll(connections.Select(static connection => connection.SetUpAsync()));
        await bench.WriteAsync([Message("a")]);
        using (var again = new ElasticsearchConnection(bench.Options))
            await again.SetUpAsync();
        bench.Cluster.Indices.Keys.ShouldBe(["timestone-current-000001"]);
        (await bench.MessagesAsync()).ShouldHaveSingleItem();
        connections.ForEach(static connection => connection.Dispose());
    }

    [Fact]
    public async Task While_another_index_is_built_both_are_written()
    {
        var clock = new FakeTimeProvider();
        await using var bench = await ElasticsearchBench.OfStandInAsync(time: clock);
        await bench.Connection.SetUpAsync();
        await bench.WriteAsync([Message("a")]);
        bench.Cluster.CreateIndex(
            "timestone-current-000002",
            new JsonObject { ["aliases"] = new JsonObject { ["timestone-current-next"] = new JsonObject() } }
        );
        clock.Advance(bench.Options.AliasLookup);
        await bench.WriteAsync([Message("b"), StreamEvent.Of(new RemovedMessage("q", "a", EventJournal.Message("q", "a").Life, 2))]);
        Written("timestone-current-000001").ShouldBe(["b"]);
        Written("timestone-current-000002").ShouldBe(["b"]);

        IEnumerable<string> Written(string index) =>
            bench
                .Cluster.Indices[index]
                .Written.Values.Where(static document => document.Source is not null)
                .Select(static document => (string)document.Value("id"));
    }

    private static StreamEvent Message(string id, int version = 1) => StreamEvent.Of(EventJournal.Message("q", id, version));
}
