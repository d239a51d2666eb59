using Shouldly;
using Timestone.Engine;
using Timestone.Events;
using Timestone.Indexing.Elasticsearch;
using Timestone.Journals.Memory;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Elasticsearch;

/// <summary>The index of current messages is built anew beside the running service.</summary>
[Slow]
public sealed class RebuildTests
{
    private const string Q = "q";
    private static readonly TimeSpan LongestWrite = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task An_index_that_lost_everything_holds_what_the_service_holds()
    {
        await using var bench = await StartAsync();
        await using var service = new LocalTimestone(new MemoryJournal());
        for (var i = 0; i < 3; i++)
            await service.EnqueueAsync(
                $"q{i}",
                [.. Enumerable.Range(0, 700).Select(static n => new NewMessage { Id = $"m{n}", Metadata = Metadata.Of("n", $"{n % 7}") })]
            );
        await service.DequeueAsync("q1", new DequeueRequest { Max = 10, Worker = "w" });
        await service.CancelAsync("q2", [new Cancellation { Id = "m5", Reason = "no longer wanted" }]);
        var told = new List<RebuildReport>();
        var report = await Rebuild(bench, service).RunAsync(progress: new Progress(told));
        report.ShouldBe(new RebuildReport("timestone-current-000002", 3, 2100));
        told.Count.ShouldBe(3);
        await ShouldHoldAsync(bench, service, ["q0", "q1", "q2"]);
        bench.Cluster.Indices.Values.ShouldHaveSingleItem().Aliases
            .ShouldBe(["timestone-current", $"timestone-current-of-{(await service.ListQueuesAsync()).ServiceId}"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task What_happens_while_it_is_built_is_in_the_new_index(int seed)
    {
        await using var bench = await StartAsync();
        var journal = new MemoryJournal(1_000_000);
        await using var service = new LocalTimestone(journal);
        await using var reader = journal.Outbox!.OpenReader("test", OutboxStart.Acknowledged);
        await service.EnqueueAsync(Q, [.. Enumerable.Range(0, 500).Select(static n => new NewMessage { Id = $"m{n}" })]);
        await service.EnqueueAsync("doomed", [new NewMessage { Id = "m" }]);
        using var end = new CancellationTokenSource();
        using var writing = new ElasticsearchConnection(ElasticsearchBench.Quick(bench.StandIn.Address, LongestWrite));
        var pumping = PumpAsync(new ElasticsearchIndexWriter(writing), reader, end.Token);

        // Each page that is copied meets messages that are dequeued, ended, removed and made meanwhile.
        var random = new Random(seed);
        var made = 0;
        var rebuild = new ElasticsearchRebuild(
            bench.Connection,
            new Meddling(
                service,
                async () =>
                {
                    var leased = await service.DequeueAsync(Q, new DequeueRequest { Max = 40 });
                    await service.SettleAsync(
                        Q,
                        [
                            .. leased
                                .Messages.Take(20)
                                .Select(static message => new Settlement
                                {
                                    Id = message.Id,
                                    LeaseToken = message.LeaseToken!,
                                    Action = SettlementAction.Complete,
                                }),
                        ]
                    );
                    await service.EnqueueAsync(Q, [.. Enumerable.Range(0, 20).Select(_ => new NewMessage { Id = $"new{made++}" })]);
                    if (random.Next(2) == 0)
                        await service.PurgeAsync(Q, PurgeScope.Completed);
                    if (made > 20 && made <= 40)
                        await service.DeleteQueueAsync("doomed");
                }
            )
        )
        {
            WriterDelay = LongestWrite * 2,
        };
        await rebuild.RunAsync();
        var last = (await service.EnqueueAsync(Q, [new NewMessage { Id = "last" }]))[0];
        await bench.Index.SearchAsync(
            new MessageSearch { After = new IndexedWrite(Q, last.Id!, last.Version!.Value), Wait = TimeSpan.FromSeconds(30) }
        );
        await end.CancelAsync();
        await pumping;
        await ShouldHoldAsync(bench, service, [Q]);
        bench
            .Cluster.Indices.Keys.Where(static name => name.Contains("current", StringComparison.Ordinal))
            .ShouldBe(["timestone-current-000002"]);
    }

    [Fact]
    public async Task A_rebuild_that_fails_leaves_the_old_index_and_nothing_else()
    {
        await using var bench = await StartAsync();
        await bench.WriteAsync([StreamEvent.Of(EventJournal.Message(Q, "a"))]);
        await using var service = new LocalTimestone(new MemoryJournal());
        await service.EnqueueAsync(Q, [new NewMessage { Id = "b" }]);
        bench.StandIn.Faults = StandInFaults.OfItems(static _ => (403, "security_exception"));
        await Should.ThrowAsync<IOException>(() => Rebuild(bench, service).RunAsync());
        bench.Cluster.Indices.Keys.ShouldBe(["timestone-current-000001"]);
        (await bench.MessagesAsync()).ShouldHaveSingleItem().Id.ShouldBe("a");
    }

    [Fact]
    public async Task Requests_that_fail_for_a_while_are_repeated()
    {
        await using var bench = await StartAsync();
        await using var service = new LocalTimestone(new MemoryJournal());
        await service.EnqueueAsync(Q, [.. Enumerable.Range(0, 50).Select(static n => new NewMessage { Id = $"m{n}" })]);
        await bench.Connection.SetUpAsync();
        bench.StandIn.Faults = StandInFaults.Of("bulk", Fault.DropAfter, Fault.TooManyRequests, Fault.BadGateway);
        (await Rebuild(bench, service).RunAsync()).Messages.ShouldBe(50);
        await ShouldHoldAsync(bench, service, [Q]);
    }

    [Fact]
    public async Task What_a_killed_rebuild_left_behind_is_found_and_replaced_on_demand()
    {
        await using var bench = await StartAsync();
        await bench.Connection.SetUpAsync();
        bench.Cluster.CreateIndex(
            "timestone-current-000002",
            new()
            {
                ["aliases"] = new System.Text.Json.Nodes.JsonObject
                {
                    ["timestone-current-next"] = new System.Text.Json.Nodes.JsonObject(),
                },
            }
        );
        await using var service = new LocalTimestone(new MemoryJournal());
        var rebuild = Rebuild(bench, service);
        (await Should.ThrowAsync<InvalidOperationException>(() => rebuild.RunAsync())).Message.ShouldContain("timestone-current-000002");
        (await rebuild.RunAsync(restart: true)).Index.ShouldBe("timestone-current-000002");
    }

    private static Task<ElasticsearchBench> StartAsync() => ElasticsearchBench.OfStandInAsync();

    // Nobody writes meanwhile, so that nobody is waited for.
    private static ElasticsearchRebuild Rebuild(ElasticsearchBench bench, LocalTimestone service) =>
        new(bench.Connection, service) { WriterDelay = TimeSpan.Zero };

    private static async Task PumpAsync(ElasticsearchIndexWriter writer, IOutboxReader reader, CancellationToken end)
    {
        try
        {
            while (true)
            {
                var batch = await reader.ReadAsync(end);
                await WriteAsync(writer, [.. EventDocuments.Of(batch.Entries)]);
                await reader.AcknowledgeAsync(batch, CancellationToken.None);
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private static async Task WriteAsync(ElasticsearchIndexWriter writer, List<StreamEvent> events)
    {
        while (true)
        {
            try
            {
                (await writer.WriteAsync(events)).ShouldBeEmpty();
                return;
            }
            catch (IOException)
            {
                // A machine that is busy may need longer than the limit.
            }
        }
    }

    private static async Task ShouldHoldAsync(ElasticsearchBench bench, LocalTimestone service, string[] queues)
    {
        var expected = new List<string>();
        foreach (var queue in queues)
        {
            for (string? after = null; ;)
            {
                var page = await service.ListMessagesAsync(queue, cursor: after, limit: 1000);
                expected.AddRange(
                    page.Messages.Select(static each =>
                        $"{each.Queue} {each.Id} {each.Life} {each.Version} {each.State} {each.Priority} {each.Metadata} {each.Worker} {each.Error} {each.Attempt} {each.UpdatedAt:O}"
                    )
                );
                if ((after = page.Next) is null)
                    break;
            }
        }

        (await bench.MessagesAsync())
            .Select(static each =>
                $"{each.Queue} {each.Id} {each.Life} {each.Version} {each.State} {each.Priority} {each.Metadata} {each.Worker} {each.Error} {each.Attempt} {each.UpdatedAt:O}"
            )
            .Order(StringComparer.Ordinal)
            .ShouldBe(expected.Order(StringComparer.Ordinal));
    }

    private sealed class Progress(List<RebuildReport> told) : IProgress<RebuildReport>
    {
        public void Report(RebuildReport value) => told.Add(value);
    }
}
