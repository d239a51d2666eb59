using System.Net.Http.Json;
using System.Text.Json;
using Elastic.Clients.Elasticsearch.IndexManagement;
using Shouldly;
using Timestone.Cli;
using Timestone.Hosting;
using Timestone.Indexing.Elasticsearch;
using Timestone.Tests.Cli;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Elasticsearch;

/// <summary>Two services that are given one Elasticsearch and one prefix, on a real one.</summary>
[Slow]
public sealed class IndexOwnerTests
{
    private const string Q = "jobs";

    [Fact]
    public async Task A_service_neither_writes_nor_searches_nor_repairs_the_index_of_another()
    {
        await using var first = await ScrubBench.StartAsync();
        await EnqueueAsync(first, "a", "b");
        await using var second = await ScrubBench.StartAsync(first.Indices);
        await second.Service.EnqueueAsync(Q, [new NewMessage { Id = "c" }]);
        (await Should.ThrowAsync<ForeignIndexException>(() => second.Scrub().RunAsync())).Message.ShouldMatch(
            $"^The index {first.Indices.Options.Prefix}-current-000001 is that of another service \\(id {await IdAsync(first)}, and this one's is {await IdAsync(second)}\\)\\..*--take-over"
        );
        await Should.ThrowAsync<ForeignIndexException>(() => second.Indices.Connection.CheckAsync());
        await Should.ThrowAsync<ForeignIndexException>(() => new ElasticsearchRetention(second.Indices.Connection).RunAsync());
        await Should.ThrowAsync<ForeignIndexException>(() =>
            second.Indices.Writer.WriteAsync([StreamEvent.Of(EventJournal.Message(Q, "d"))])
        );
        var refusal = await Should.ThrowAsync<TimestoneException>(() => second.Service.SearchMessagesAsync(new MessageSearch()));
        refusal.Code.ShouldBe(ErrorCode.Unavailable);
        refusal.Message.ShouldStartWith("The index cannot answer. The index ");
        (await first.RunAsync()).Found.Total.ShouldBe(0);
        (await first.VerifyAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task Commands_refuse_the_index_of_another_service_and_change_nothing()
    {
        await using var first = await ScrubBench.StartAsync();
        await EnqueueAsync(first, "a", "b");
        await using var cli = new CliBench();
        await cli.Service.EnqueueAsync(Q, [new NewMessage { Id = "c" }]);
        string[] where = ["--elasticsearch", first.Indices.Options.Addresses[0].ToString(), "--prefix", first.Indices.Options.Prefix];
        foreach (
            string[] command in (string[][])
                [
                    ["verify-index", "--repair", "--wait", "0s", .. where],
                    ["reindex", "--wait", "0s", .. where],
                ]
        )
        {
            var outcome = await cli.RunAsync(command);
            (outcome.Code, outcome.Out).ShouldBe((1, ""), outcome.ToString());
            outcome.Error.ShouldContain("is that of another service (id ");
        }

        (await first.RunAsync()).Found.Total.ShouldBe(0);
        (await first.VerifyAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task A_service_that_cannot_read_the_id_of_its_store_uses_no_index_with_an_id_until_it_can()
    {
        await using var first = await ScrubBench.StartAsync();
        await EnqueueAsync(first, "a");
        var (id, isAway) = (await IdAsync(first), true);
        using var connection = new ElasticsearchConnection(
            first.Indices.Options,
            readServiceId: _ => isAway ? throw new IOException("The store is away.") : new(id)
        );
        var writer = new ElasticsearchIndexWriter(connection);
        var refusal =
            $"The index {connection.Names.Current}-000001 is that of the store with the id {id}, and the id of this service's store cannot be read now. Make the store ";
        (await Should.ThrowAsync<IOException>(() => connection.CheckAsync())).Message.ShouldStartWith(refusal);
        (
            await Should.ThrowAsync<IOException>(() => writer.WriteAsync([StreamEvent.Of(EventJournal.Message(Q, "b"))]))
        ).Message.ShouldStartWith(refusal);
        (await first.VerifyAsync()).ShouldBe(1);

        isAway = false;
        await connection.CheckAsync();
        await writer.WriteAsync([StreamEvent.Of(EventJournal.Message(Q, "b"))]);
        await first.Indices.RefreshAsync();
        (await first.Indices.MessagesAsync()).Select(static message => message.Id).ShouldBe(["a", "b"], ignoreOrder: true);
    }

    [Fact]
    public async Task The_index_of_another_service_is_refused_also_where_its_alias_for_searches_was_removed()
    {
        await using var first = await ScrubBench.StartAsync();
        await EnqueueAsync(first, "a");
        var (requests, names) = (first.Indices.Connection.Requests, first.Indices.Connection.Names);
        var index = (await first.Indices.Connection.ReadAliasesAsync(default)).Current!;
        await requests.UpdateAliasesAsync([new RemoveAction { Index = index, Alias = names.Current }], default);
        await using var second = await ScrubBench.StartAsync(first.Indices);
        (await Should.ThrowAsync<ForeignIndexException>(() => second.Indices.Connection.CheckAsync())).Message.ShouldStartWith(
            $"The index {names.Current} is that of another service (id {await IdAsync(first)}, and this one's is {await IdAsync(second)})."
        );
        await Should.ThrowAsync<ForeignIndexException>(() =>
            second.Indices.Writer.WriteAsync([StreamEvent.Of(EventJournal.Message(Q, "b"))])
        );
        (await requests.GetIndicesAsync($"{names.Current},{names.CurrentPattern}", default))
            .ShouldHaveSingleItem()
            .Value.ShouldBe([names.CurrentOf(await IdAsync(first))]);
        await requests.UpdateAliasesAsync([new AddAction { Index = index, Alias = names.Current }], default);
        (await first.VerifyAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_service_takes_over_the_index_of_another_when_it_is_told_to()
    {
        await using var first = await ScrubBench.StartAsync();
        await EnqueueAsync(first, "a", "b");
        await using var second = await ScrubBench.StartAsync(first.Indices);
        await second.Service.EnqueueAsync(Q, [new NewMessage { Id = "c" }]);
        using var connection = new ElasticsearchConnection(first.Indices.Options);
        var rebuild = new ElasticsearchRebuild(connection, second.Service) { WriterDelay = TimeSpan.Zero, TakeOver = true };
        (await rebuild.RunAsync()).Messages.ShouldBe(1);

        // What waited goes on, and the first one has no index any more.
        await second.Service.EnqueueAsync(Q, [new NewMessage { Id = "d" }]);
        await second.CaughtUpAsync();
        (await second.VerifyAsync()).ShouldBe(2);
        (await second.RunAsync()).Found.Total.ShouldBe(0);
        await Should.ThrowAsync<ForeignIndexException>(() => first.Indices.Connection.CheckAsync());
        await Should.ThrowAsync<ForeignIndexException>(() => first.Scrub().RunAsync());

        // Its own index is rebuilt without a word.
        var again = new ElasticsearchRebuild(connection, second.Service) { WriterDelay = TimeSpan.Zero };
        (await again.RunAsync()).Messages.ShouldBe(2);
        await second.Indices.Connection.CheckAsync();
        second.Indices.Marked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_comparison_ends_when_another_service_takes_the_index_over()
    {
        await using var first = await ScrubBench.StartAsync();
        await EnqueueAsync(first, "a", "gone");
        var names = first.Indices.Connection.Names;
        first.IsLost = static _ => true;
        await first.Service.CancelAsync(Q, [new Cancellation { Id = "gone" }]);
        await first.Service.PurgeAsync(Q, PurgeScope.Canceled);
        await first.CaughtUpAsync();
        var isTaken = false;
        var scrub = first.Scrub(
            service: new Meddling(
                new Unaware(first.Service),
                async () =>
                {
                    if (isTaken)
                        return;
                    isTaken = true;
                    var index = (await first.Indices.Connection.ReadAliasesAsync(default)).Current!;
                    await first.Indices.Connection.Requests.UpdateAliasesAsync(
                        [
                            new RemoveAction { Index = index, Alias = names.CurrentOf(await IdAsync(first)) },
                            new AddAction { Index = index, Alias = names.CurrentOf("another") },
                        ],
                        default
                    );
                }
            )
        );
        await Should.ThrowAsync<ForeignIndexException>(() => scrub.RunAsync());
        isTaken.ShouldBeTrue();
        await first.Indices.RefreshAsync();
        ((int)(await first.Indices.AskAsync(HttpMethod.Get, $"{names.Current}/_count"))["count"]!).ShouldBe(2);
    }

    [Fact]
    public async Task An_index_without_an_id_is_marked_at_the_set_up_and_compared_only_then()
    {
        await using var unmarked = await ElasticsearchBench.StartAsync();
        await unmarked.Connection.SetUpAsync();
        await using var cli = new CliBench();
        string[] where = ["--elasticsearch", unmarked.Options.Addresses[0].ToString(), "--prefix", unmarked.Options.Prefix];
        var outcome = await cli.RunAsync(["verify-index", "--repair", "--wait", "0s", .. where]);
        (outcome.Code, outcome.Out).ShouldBe((1, ""), outcome.ToString());
        outcome.Error.ShouldContain("does not say whose it is");
        (await unmarked.Connection.ReadAliasesAsync(default)).Services.ShouldBeEmpty();

        await using var service = await ScrubBench.StartAsync(unmarked);
        await EnqueueAsync(service, "a");
        service.Indices.Marked.ShouldBe([$"{unmarked.Options.Prefix}-current-000001"]);
        (await service.RunAsync()).Found.Total.ShouldBe(0);

        // One that a process makes which knows of no store is marked when it is found.
        await service.Indices.EmptyAsync();
        using var indexer = new ElasticsearchConnection(unmarked.Options);
        await indexer.SetUpAsync();
        await service.Indices.Connection.CheckAsync();
        (await indexer.ReadAliasesAsync(default)).IsOf(await IdAsync(service)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_server_says_that_the_index_is_another_ones_and_goes_on_by_itself_when_it_is_its_own()
    {
        await using var first = await ScrubBench.StartAsync();
        await EnqueueAsync(first, "a");
        using var data = new TemporaryDirectory();
        await using var server = await TimestoneServer.StartAsync(
            new TimestoneServerOptions
            {
                Urls = "http://127.0.0.1:0",
                GrpcUrls = "off",
                Data = data.Path,
                Elasticsearch = first.Indices.Options,
            }
        );
        using var http = new HttpClient { BaseAddress = server.BaseAddress };
        await Eventually.BeAsync(async () =>
            await DetailAsync() is { } detail && detail.Contains("is that of another service (id ", StringComparison.Ordinal)
        );
        await server.Timestone.EnqueueAsync(Q, [new NewMessage { Id = "b" }]);
        using var connection = new ElasticsearchConnection(first.Indices.Options);
        await new ElasticsearchRebuild(connection, server.Timestone) { WriterDelay = TimeSpan.Zero, TakeOver = true }.RunAsync();
        await Eventually.BeAsync(async () => await DetailAsync() is null);
        var found = await server.Timestone.SearchMessagesAsync(new MessageSearch { After = new IndexedWrite(Q, "b", 1) });
        found.Messages.ShouldHaveSingleItem().Id.ShouldBe("b");

        async Task<string?> DetailAsync()
        {
            var health = await http.GetFromJsonAsync<JsonElement>("/readyz");
            var part = health
                .GetProperty("parts")
                .EnumerateArray()
                .Single(static part => part.GetProperty("name").GetString() == "elasticsearch");
            return part.TryGetProperty("detail", out var detail) ? detail.GetString() : null;
        }
    }

    /// <summary>A service that has not noticed yet whose the index is, and finds it fresh.</summary>
    private sealed class Unaware(ITimestone inner) : ForwardingTimestone(inner)
    {
        public override Task<SearchPage> SearchMessagesAsync(MessageSearch search, CancellationToken cancellationToken = default) =>
            Task.FromResult(new SearchPage([], null, new Freshness { Lag = TimeSpan.Zero }));
    }

    private static async Task EnqueueAsync(ScrubBench bench, params string[] ids)
    {
        await bench.Service.EnqueueAsync(Q, [.. ids.Select(static id => new NewMessage { Id = id })]);
        await bench.CaughtUpAsync();
    }

    private static async Task<string> IdAsync(ScrubBench bench) => (await bench.Service.ListQueuesAsync()).ServiceId!;
}
