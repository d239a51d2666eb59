using System.Text.Json.Nodes;
using Shouldly;
using Timestone.Engine;
using Timestone.Indexing.Elasticsearch;
using Timestone.Journals.Memory;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Elasticsearch;

/// <summary>An Elasticsearch that loses its indices under a running writer, on the real one: it must not make indices of its own.</summary>
[Slow]
public sealed class EmptiedTests
{
    private const string Q = "q";

    [Fact]
    public async Task What_is_written_after_the_loss_is_found_and_both_indices_say_that_they_are_incomplete()
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        await bench.WriteAsync([Message("a"), Transition("a", 1)]);
        await bench.RefreshAsync();
        (await bench.Index.SearchAsync(new MessageSearch())).Freshness.Incomplete.ShouldBeFalse();
        (await bench.Index.GetHistoryAsync(Q, "other", new HistoryRequest())).Incomplete.ShouldBeFalse();

        await bench.EmptyAsync();
        await bench.WriteAsync([Message("b"), Transition("b", 1)]);
        await bench.RefreshAsync();
        await ShouldAllBeOursAsync(bench);
        var page = await bench.Index.SearchAsync(new MessageSearch());
        page.Messages.ShouldHaveSingleItem().Id.ShouldBe("b");
        page.Freshness.Incomplete.ShouldBeTrue();
        (await bench.HistoryAsync(Q, "b")).ShouldHaveSingleItem();
        (await bench.Index.GetHistoryAsync(Q, "a", new HistoryRequest())).Incomplete.ShouldBeTrue();

        // Whoever starts later is told the same.
        using var again = new ElasticsearchConnection(bench.Options);
        await new ElasticsearchIndexWriter(again).WriteAsync([Message("c")]);
        (await new ElasticsearchIndex(again).SearchAsync(new MessageSearch())).Freshness.Incomplete.ShouldBeTrue();
    }

    [Fact]
    public async Task A_removal_that_is_the_first_write_after_the_loss_makes_no_index()
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        await bench.WriteAsync([Message("a")]);
        await bench.EmptyAsync();
        await bench.WriteAsync([StreamEvent.Of(new RemovedMessage(Q, "a", EventJournal.Message(Q, "a").Life, 2))]);
        await ShouldAllBeOursAsync(bench);
        await bench.WriteAsync([Message("a")]);
        await bench.RefreshAsync();
        (await bench.MessagesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_queue_that_is_deleted_after_the_loss_does_not_stop_the_writer()
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        await bench.WriteAsync([Message("a")]);
        await bench.EmptyAsync();
        await bench.WriteAsync([StreamEvent.Of(new RemovedQueue(Q, EventJournal.CreatedAt))]);
        await ShouldAllBeOursAsync(bench);
    }

    [Fact]
    public async Task A_search_after_the_loss_says_that_it_is_incomplete_though_nobody_has_written()
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        await bench.WriteAsync([Message("a")]);
        await bench.Index.SearchAsync(new MessageSearch());
        await bench.EmptyAsync();
        var page = await bench.Index.SearchAsync(new MessageSearch());
        (page.Messages.Count, page.Freshness.Incomplete).ShouldBe((0, true));
    }

    [Fact]
    public async Task A_template_that_is_missing_is_made_again_before_the_next_index()
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        await bench.WriteAsync([Message("a")]);
        await bench.AskAsync(HttpMethod.Delete, $"_index_template/{bench.Options.Prefix}-*");
        await bench.WriteAsync([Transition("a", 1)]);
        await ShouldAllBeOursAsync(bench);
        (await bench.AskAsync(HttpMethod.Get, $"_index_template/{bench.Options.Prefix}-*"))["index_templates"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_historic_index_of_an_earlier_version_is_written_on()
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        await bench.Connection.SetUpAsync();
        await bench.AskAsync(HttpMethod.Put, Historic(bench));
        await bench.WriteAsync([Transition("a", 1)]);
        await bench.RefreshAsync();
        var history = await bench.Index.GetHistoryAsync(Q, "a", new HistoryRequest());
        (history.Transitions.Count, history.Incomplete).ShouldBe((1, false));
    }

    [Fact]
    public async Task Reindex_brings_back_messages_and_not_history()
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        await using var service = await ServiceAsync();
        await bench.WriteAsync([Transition("a", 1)]);
        await bench.EmptyAsync();
        await bench.WriteAsync([Transition("b", 1)]);
        await ReindexAsync(bench, service);
        await ShouldWorkAsync(bench);
        (await bench.Index.SearchAsync(new MessageSearch())).Freshness.Incomplete.ShouldBeFalse();
        (await bench.Index.GetHistoryAsync(Q, "a", new HistoryRequest())).Incomplete.ShouldBeTrue();
    }

    public static TheoryData<string> Damages =>
        [
            "nothing at all",
            "no alias",
            "an index with the alias's name",
            "another index with the name of the next one",
            "other fields",
            "two indices",
            "no templates",
            "a next index with other fields",
        ];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Reindex_repairs_indices_in_any_state(string damage)
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        await using var service = await ServiceAsync();
        await bench.WriteAsync([Message("old"), Transition("a", 1)]);
        var current = bench.Connection.Names.Current;
        switch (damage)
        {
            case "nothing at all":
                await bench.EmptyAsync();
                break;
            case "no alias":
                await bench.AskAsync(HttpMethod.Delete, $"{current}-000001/_alias/{current}");
                break;
            case "an index with the alias's name":
                await bench.EmptyAsync();
                await GuessedAsync(bench, current, "queue");
                break;
            case "another index with the name of the next one":
                await bench.EmptyAsync();
                await GuessedAsync(bench, bench.Connection.Names.Next, "queue");
                break;
            case "other fields":
                await bench.EmptyAsync();
                await GuessedAsync(bench, $"{current}-000007", "queue");
                await bench.AskAsync(HttpMethod.Put, $"{current}-000007/_alias/{current}");
                break;
            case "two indices":
                await bench.AskAsync(HttpMethod.Put, $"{current}-000002");
                await bench.AskAsync(HttpMethod.Put, $"{current}-000002/_alias/{current}");
                break;
            case "no templates":
                await bench.AskAsync(HttpMethod.Delete, $"_index_template/{bench.Options.Prefix}-*");
                break;
            case "a next index with other fields":
                await bench.EmptyAsync();
                await GuessedAsync(bench, $"{current}-000002", "queue");
                await bench.AskAsync(HttpMethod.Put, $"{current}-000002/_alias/{bench.Connection.Names.Next}");
                break;
            default:
                throw new InvalidOperationException(damage);
        }

        await ReindexAsync(bench, service);
        await ShouldWorkAsync(bench);
        (await bench.Connection.Requests.GetIndicesAsync(current + "*", default)).ShouldHaveSingleItem().Value
            .ShouldBe([current, bench.Connection.Names.CurrentOf((await service.ListQueuesAsync()).ServiceId!)]);
    }

    [Fact]
    public async Task A_state_that_only_reindex_repairs_is_named_to_writers_and_searches_with_the_command()
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        await GuessedAsync(bench, bench.Connection.Names.Current, "queue");
        var refusal = await Should.ThrowAsync<TimestoneException>(() => bench.Index.SearchAsync(new MessageSearch()));
        refusal.Message.ShouldBe(
            $"The index cannot answer. {bench.Connection.Names.Current} is an index, and its name is that of an alias. Run `timestone reindex`."
        );
    }

    [Fact]
    public async Task Transitions_in_an_index_with_guessed_fields_are_moved_to_one_where_they_are_found()
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        await using var service = await ServiceAsync();
        var journal = new EventJournal(1);
        await bench.WriteAsync(journal.Events);
        await bench.RefreshAsync();
        var documents = (await bench.AskAsync(HttpMethod.Get, $"{bench.Connection.Names.HistoricPattern}/_search?size=1000"))["hits"]![
            "hits"
        ]!.AsArray();
        documents.Count.ShouldBe(journal.Transitions.Count);
        var indices = documents.Select(static hit => (string)hit!["_index"]!).ToHashSet();
        await bench.EmptyAsync();
        foreach (var hit in documents)
            await bench.AskAsync(
                HttpMethod.Put,
                $"{(string)hit!["_index"]!}/_doc/{Uri.EscapeDataString((string)hit["_id"]!)}",
                hit["_source"]!.DeepClone()
            );
        using (var started = new ElasticsearchConnection(bench.Options))
        {
            var refusal = await Should.ThrowAsync<TimestoneException>(() =>
                new ElasticsearchIndex(started).GetHistoryAsync(Q, "a", new HistoryRequest())
            );
            refusal.Message.ShouldContain("timestone reindex");
        }

        await ReindexAsync(bench, service);
        await bench.RefreshAsync();
        foreach (var (queue, id) in journal.Transitions.Select(static each => (each.Queue, each.Id)).Distinct())
            (await bench.HistoryAsync(queue, id)).ShouldBe(journal.Transitions.Where(each => each.Queue == queue && each.Id == id));
        await ShouldBeReplacedAsync();

        // And what comes later goes to the same place, and its time comes like that of any other.
        await bench.WriteAsync(journal.Events);
        await ShouldBeReplacedAsync();
        foreach (var index in indices)
            bench.Connection.Names.HistoricEnd(index + "-2").ShouldBe(bench.Connection.Names.HistoricEnd(index).ShouldNotBeNull());

        async Task ShouldBeReplacedAsync() =>
            (await bench.Connection.Requests.GetIndicesAsync(bench.Connection.Names.HistoricPattern, default)).Keys.ShouldBe(
                indices.Select(static index => index + "-2"),
                ignoreOrder: true
            );
    }

    [Fact]
    public async Task What_cannot_be_repaired_is_named_in_one_line()
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        await using var service = await ServiceAsync();
        var names = bench.Connection.Names;
        await GuessedAsync(bench, Historic(bench), "colour");
        (await Should.ThrowAsync<IOException>(() => ReindexAsync(bench, service))).Message.ShouldStartWith(
            $"The index {Historic(bench)} has fields of its own and holds documents that are no transitions, like 1: strict_dynamic_mapping_exception"
        );
        await bench.EmptyAsync();
        await GuessedAsync(bench, names.Historic, "queue");
        (await Should.ThrowAsync<IOException>(() => ReindexAsync(bench, service))).Message.ShouldBe(
            $"{names.Historic} is an index, and its name is that of an alias. Nothing of Timestone writes to it: look what it holds, "
                + "delete it, and run `timestone reindex`."
        );
        await bench.Connection.Requests.DeleteIndexAsync(names.Historic, default);
        await ReindexAsync(bench, service);
        await ShouldWorkAsync(bench);
    }

    [Fact]
    public async Task A_rebuild_under_which_everything_is_lost_fails_and_makes_no_index_by_writing()
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        await using var service = await ServiceAsync();
        var isEmptied = false;
        var meddling = new Meddling(service, async () =>
        {
            if (!isEmptied)
                await bench.EmptyAsync();
            isEmptied = true;
        });
        await Should.ThrowAsync<IOException>(() => ReindexAsync(bench, meddling));
        isEmptied.ShouldBeTrue();
        await bench.WriteAsync([Message("b")]);
        await ShouldAllBeOursAsync(bench);
        await ReindexAsync(bench, service);
        await ShouldWorkAsync(bench);
    }

    private static StreamEvent Message(string id) => StreamEvent.Of(EventJournal.Message(Q, id));

    private static StreamEvent Transition(string id, int version)
    {
        var message = EventJournal.Message(Q, id, version);
        return StreamEvent.Of(
            new EventJournal(1).Transitions[0] with
            {
                Queue = Q,
                Id = id,
                Life = message.Life,
                Version = version,
                At = message.UpdatedAt,
            }
        );
    }

    private static string Historic(ElasticsearchBench bench) =>
        bench.Connection.Names.HistoricIndex(HistoricPeriod.Day, EventJournal.Message(Q, "a").UpdatedAt);

    private static async Task<LocalTimestone> ServiceAsync()
    {
        var service = new LocalTimestone(new MemoryJournal());
        await service.EnqueueAsync(Q, [new NewMessage { Id = "kept" }]);
        return service;
    }

    // An index whose fields Elasticsearch has guessed, as when a document is written to a name that no template covers.
    private static async Task GuessedAsync(ElasticsearchBench bench, string index, string field) =>
        await bench.AskAsync(HttpMethod.Put, $"{index}/_doc/1?refresh=true", new JsonObject { [field] = "q" });

    // Nobody writes meanwhile, so that nobody is waited for.
    private static async Task ReindexAsync(ElasticsearchBench bench, ITimestone service)
    {
        using var connection = new ElasticsearchConnection(bench.Options);
        await new ElasticsearchRebuild(connection, service) { WriterDelay = TimeSpan.Zero }.RunAsync(restart: true);
    }

    // The writer that went on all the time, and one that was just started.
    private static async Task ShouldWorkAsync(ElasticsearchBench bench)
    {
        await bench.WriteAsync([Message("new"), Transition("new", 1)]);
        using var again = new ElasticsearchConnection(bench.Options);
        (await new ElasticsearchIndexWriter(again).WriteAsync([Message("newer")])).ShouldBeEmpty();
        await bench.RefreshAsync();
        await ShouldAllBeOursAsync(bench);
        (await bench.MessagesAsync()).Select(static message => message.Id).ShouldBe(["kept", "new", "newer"], ignoreOrder: true);
        (await bench.HistoryAsync(Q, "new")).ShouldHaveSingleItem();
    }

    private static async Task ShouldAllBeOursAsync(ElasticsearchBench bench)
    {
        var mappings = (await bench.AskAsync(HttpMethod.Get, $"{bench.Options.Prefix}-*/_mapping")).AsObject();
        mappings.ShouldNotBeEmpty();
        foreach (var (index, contents) in mappings)
            ((string?)contents!["mappings"]!["dynamic"]).ShouldBe("strict", index);
        mappings.ShouldNotContainKey(bench.Connection.Names.Current);
    }
}
