using System.Text.Json.Nodes;
using Shouldly;
using Timestone.Cli;
using Timestone.Indexing.Elasticsearch;
using Timestone.Tests.Flow;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Elasticsearch;

/// <summary>What a comparison of the indices with the queues finds and repairs, on a real Elasticsearch.</summary>
[Slow]
public sealed class ScrubTests(ITestOutputHelper output)
{
    private const string Q = "orders";

    [Fact]
    public async Task Indices_that_follow_a_load_never_differ()
    {
        var seed = FlowSwitches.Seed(output);
        await using var bench = await ScrubBench.StartAsync();
        var goesOn = true;
        var load = Task.WhenAll(
            Enumerable.Range(0, 3).Select(caller => LoadAsync(bench.Service, seed + caller, () => Volatile.Read(ref goesOn)))
        );
        var scrub = bench.Scrub();
        var reports = new List<ScrubReport>();
        for (var pass = 0; pass < 4; pass++)
            reports.Add(await scrub.RunAsync());
        Volatile.Write(ref goesOn, false);
        await load;
        reports.Add(await bench.RunAsync());
        output.WriteLine(
            $"{bench.Published} events, {reports.Sum(static report => report.Messages)} messages compared, {reports.Sum(static report => report.Undecided)} undecided"
        );
        bench.Differences.Count.ShouldBe(0, $"Seed {seed}. {bench.Differences.FirstOrDefault()}");
        reports[^1].Undecided.ShouldBe(0);
        reports.ShouldAllBe(static report => report.Messages > 0 && report.Unread.Count == 0);
        bench.Published.ShouldBeGreaterThan(1000);
        (await bench.VerifyAsync()).ShouldBePositive();
    }

    [Fact]
    public async Task A_range_of_events_that_was_lost_is_brought_back()
    {
        await using var bench = await ScrubBench.StartAsync();
        await bench.Service.CreateQueueAsync("deleted", new QueueSettings());
        await EnqueueAsync(bench, "deleted", "d1", "d2");
        await EnqueueAsync(bench, Q, "a", "b", "c", "purged");
        await bench.CaughtUpAsync();
        bench.IsLost = static _ => true;
        await EnqueueAsync(bench, Q, "d", "e");
        var taken = await bench.Service.DequeueAsync(Q, new DequeueRequest { Max = 2 });
        await bench.Service.SettleAsync(
            Q,
            [.. taken.Messages.Select(static message => Settlement.Complete(message.Id, message.LeaseToken!))]
        );
        await bench.Service.CancelAsync(Q, [new Cancellation { Id = "purged" }]);
        await bench.Service.PurgeAsync(Q, PurgeScope.Canceled);
        await bench.Service.DeleteQueueAsync("deleted");
        await bench.Service.CreateQueueAsync("deleted", new QueueSettings());
        await EnqueueAsync(bench, "deleted", "d1");
        await bench.CaughtUpAsync();
        bench.IsLost = static _ => false;
        await EnqueueAsync(bench, Q, "f");

        // d, e and the new d1; a and b; purged, and d1 and d2 of the queue that is gone.
        var report = await bench.RunAsync();
        report.Found.ShouldBe(new DifferenceCounts(Missing: 3, Outdated: 2, Changed: 0, LeftOver: 3, Transitions: 7));
        report.Repaired.ShouldBe(report.Found);
        (report.Messages, report.Queues, report.Undecided).ShouldBe((7, 2, 0));
        (await bench.VerifyAsync()).ShouldBe(7);
        (await HistoryAsync(bench, "a")).ShouldBe((3, false));
        (await bench.RunAsync()).Found.Total.ShouldBe(0);

        // What happens then gets there, and nothing of it counts as old.
        await bench.Service.CancelAsync(Q, [new Cancellation { Id = "d" }]);
        await bench.CaughtUpAsync();
        (await bench.Indices.MessagesAsync(new MessageSearch { State = MessageState.Canceled })).ShouldHaveSingleItem().Id.ShouldBe("d");
    }

    [Fact]
    public async Task What_somebody_deleted_or_changed_in_Elasticsearch_is_put_right()
    {
        await using var bench = await ScrubBench.StartAsync();
        await EnqueueAsync(bench, Q, "gone", "changed", "nonsense", "newer", "right");
        await bench.CaughtUpAsync();
        await MeddleAsync(HttpMethod.Delete, "gone");
        await MeddleAsync(HttpMethod.Put, "changed", static document => document["state"] = "completed");
        await MeddleAsync(HttpMethod.Put, "nonsense", static document => document.Remove("state"));
        await MeddleAsync(HttpMethod.Put, "newer", static document => document["version"] = 7);
        var report = await bench.RunAsync();
        report.Found.ShouldBe(new DifferenceCounts(Missing: 1, Outdated: 0, Changed: 3, LeftOver: 0, Transitions: 0));
        report.Repaired.ShouldBe(report.Found);
        bench
            .Differences.Select(static one => (one.Id, one.Kind))
            .ShouldBe(
                [
                    ("gone", DifferenceKind.Missing),
                    ("changed", DifferenceKind.Changed),
                    ("nonsense", DifferenceKind.Changed),
                    ("newer", DifferenceKind.Changed),
                ],
                ignoreOrder: true
            );
        (await bench.VerifyAsync()).ShouldBe(5);

        // Elasticsearch remembers versions that no event brought. What it refuses for that is found again.
        await bench.Service.CancelAsync(Q, [new Cancellation { Id = "changed" }]);
        (await bench.RunAsync()).Undecided.ShouldBe(0);
        (await bench.VerifyAsync()).ShouldBe(5);

        async Task MeddleAsync(HttpMethod method, string id, Action<JsonObject>? change = null)
        {
            var message = IndexedMessage.Of(await bench.Service.GetMessageAsync(Q, id));
            var document = JsonNode.Parse(BulkWrite.Of(StreamEvent.Of(message), message).Document!)!.AsObject();
            change?.Invoke(document);
            await bench.Indices.AskAsync(
                method,
                $"{bench.Indices.Connection.Names.Current}/_doc/{Uri.EscapeDataString(DocumentId.Of(message))}",
                change is null ? null : document
            );
        }
    }

    [Fact]
    public async Task Nothing_is_repaired_that_the_index_may_still_come_to()
    {
        await using var bench = await ScrubBench.StartAsync();
        await bench.Indices.Connection.SetUpAsync();
        bench.IsLost = static _ => true;
        await EnqueueAsync(bench, Q, "a", "b");
        await bench.CaughtUpAsync();
        var report = await bench.Scrub(TimeSpan.FromMilliseconds(10), new Behind(bench.Service, TimeSpan.FromHours(1))).RunAsync();

        // Both messages, and the histories of both.
        (report.Found.Total, report.Undecided).ShouldBe((0, 4));
        (await bench.Indices.MessagesAsync()).ShouldBeEmpty();
        (
            await bench.Scrub(TimeSpan.FromMilliseconds(10), new Behind(bench.Service, TimeSpan.FromMilliseconds(5))).RunAsync()
        ).Repaired.Missing.ShouldBe(2);
    }

    [Fact]
    public async Task Transitions_that_are_nowhere_any_more_are_counted_and_their_history_says_so()
    {
        await using var bench = await ScrubBench.StartAsync();
        bench.IsLost = static told => told.Transition is { Version: 1 or 3 };
        bench.IsKept = static told => told.Id != "lost";
        await EnqueueAsync(bench, Q, "found", "lost");
        var taken = await bench.Service.DequeueAsync(Q, new DequeueRequest { Max = 2 });
        await bench.Service.SettleAsync(
            Q,
            [.. taken.Messages.Select(static message => Settlement.Complete(message.Id, message.LeaseToken!))]
        );
        await bench.CaughtUpAsync();
        var scrub = bench.Scrub();
        var report = await scrub.RunAsync();
        (report.Found.Transitions, report.Repaired.Transitions).ShouldBe((4, 2));
        bench
            .Differences.Where(static one => !one.IsRepaired)
            .Select(static one => (one.Id, one.Version))
            .ShouldBe([("lost", 1), ("lost", 3)], ignoreOrder: true);
        await bench.Indices.RefreshAsync();
        (await HistoryAsync(bench, "found")).ShouldBe((3, false));
        (await HistoryAsync(bench, "lost")).ShouldBe((1, true));

        // It is counted again, and not looked for again.
        (await scrub.RunAsync()).Found.Transitions.ShouldBe(2);
        bench.ArchiveReads.ShouldBe(1);
    }

    [Fact]
    public async Task A_history_that_lacks_its_end_says_so()
    {
        await using var bench = await ElasticsearchBench.StartAsync();
        var message = EventJournal.Message(Q, "a", version: 2);
        var first = new EventJournal(1).Transitions[0] with { Queue = Q, Id = "a", Life = message.Life, Version = 1 };
        await bench.WriteAsync([StreamEvent.Of(message), StreamEvent.Of(EventJournal.Message(Q, "b"))]);
        await bench.RefreshAsync();
        (await bench.Index.GetHistoryAsync(Q, "b", new HistoryRequest())).Incomplete.ShouldBeTrue();
        await bench.WriteAsync([StreamEvent.Of(first)]);
        await bench.RefreshAsync();
        (await bench.Index.GetHistoryAsync(Q, "a", new HistoryRequest())).Incomplete.ShouldBeTrue();
        await bench.WriteAsync([StreamEvent.Of(first with { Version = 2 })]);
        await bench.RefreshAsync();
        (await bench.Index.GetHistoryAsync(Q, "a", new HistoryRequest())).Incomplete.ShouldBeFalse();
    }

    [Fact]
    public async Task Transitions_that_are_older_than_the_indices_are_kept_are_not_missed()
    {
        await using var bench = await ScrubBench.StartAsync();
        bench.IsLost = static told => told.Transition is not null;
        await EnqueueAsync(bench, Q, "a");
        await bench.CaughtUpAsync();
        var keepsNothing = new ElasticsearchOptions
        {
            Addresses = bench.Indices.Options.Addresses,
            Prefix = bench.Indices.Options.Prefix,
            HistoricRetention = TimeSpan.FromMilliseconds(1),
        };
        using var connection = new ElasticsearchConnection(keepsNothing);
        var scrub = new IndexScrub(connection, bench.Service, new ScrubOptions { Settle = TimeSpan.FromMilliseconds(10) });
        (await scrub.RunAsync()).Found.Total.ShouldBe(0);
    }

    [Fact]
    public async Task A_comparison_takes_its_time_and_ends_when_it_is_no_longer_wanted()
    {
        await using var bench = await ScrubBench.StartAsync();
        await EnqueueAsync(bench, Q, [.. Enumerable.Range(0, 250).Select(static number => $"m{number}")]);
        await bench.CaughtUpAsync();
        var began = System.Diagnostics.Stopwatch.StartNew();
        var report = await bench.Scrub(TimeSpan.Zero, rate: 100).RunAsync();
        (report.Messages, report.Found.Total).ShouldBe((250, 0));
        began.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(2));
        var wanted = new IndexScrub(
            bench.Indices.Connection,
            bench.Service,
            new ScrubOptions { MessagesPerSecond = 100, GoesOn = () => false }
        );
        (await wanted.RunAsync()).Messages.ShouldBe(0);
    }

    [Fact]
    public async Task A_message_whose_queue_is_deleted_while_it_is_repaired_does_not_come_back()
    {
        await using var bench = await ScrubBench.StartAsync();
        await bench.Indices.Connection.SetUpAsync();
        bench.IsLost = static told => told.Message is not null;
        await EnqueueAsync(bench, Q, "a");
        await bench.CaughtUpAsync();

        // The repair has asked for the message, and is about to write it, when the queue goes, and everything that is told of that gets to
        // the index.
        var asked = 0;
        var service = new Asked(bench.Service, async () =>
        {
            if (asked++ > 0)
                return;
            await bench.Service.DeleteQueueAsync(Q);
            await bench.CaughtUpAsync();
        });
        (await bench.Scrub(service: service).RunAsync()).Undecided.ShouldBe(0);
        asked.ShouldBeGreaterThan(0);
        await bench.Indices.RefreshAsync();
        (await bench.Indices.MessagesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_removal_that_Elasticsearch_refuses_counts_as_no_repair()
    {
        await using var bench = await ScrubBench.StartAsync();
        await EnqueueAsync(bench, Q, "a", "left");
        await bench.CaughtUpAsync();
        var left = IndexedMessage.Of(await bench.Service.GetMessageAsync(Q, "left"));
        var document = Uri.EscapeDataString(DocumentId.Of(left));
        bench.IsLost = static _ => true;
        await bench.Service.CancelAsync(Q, [new Cancellation { Id = "left" }]);
        await bench.Service.PurgeAsync(Q, PurgeScope.Canceled);
        await bench.CaughtUpAsync();

        // Somebody writes it again each time that the repair has looked: the removal is of an old version.
        var version = 100;
        var service = new Asked(
            bench.Service,
            () =>
                bench.Indices.AskAsync(
                    HttpMethod.Put,
                    $"{bench.Indices.Connection.Names.Current}/_doc/{document}?version_type=external&version={version++}",
                    JsonNode.Parse(BulkWrite.Of(StreamEvent.Of(left), left).Document!)
                )
        );
        var report = await bench.Scrub(service: service).RunAsync();
        (report.Found.LeftOver, report.Repaired.LeftOver).ShouldBe((1, 0));
        version.ShouldBeGreaterThan(101);
        (await bench.RunAsync()).Repaired.LeftOver.ShouldBe(1);
        (await bench.VerifyAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_message_that_cannot_be_asked_for_does_not_keep_others_from_being_repaired()
    {
        await using var bench = await ScrubBench.StartAsync();
        await bench.Indices.Connection.SetUpAsync();
        bench.IsLost = static told => told.Message is not null;
        await EnqueueAsync(bench, Q, "a", "broken", "c");
        await bench.CaughtUpAsync();
        var report = await bench.Scrub(service: new Asked(bench.Service, fails: "broken")).RunAsync();
        (report.Found.Missing, report.Repaired.Missing, report.Failed, report.Undecided).ShouldBe((2, 2, 1, 0));
        report.Failure.ShouldBe($"{Q}/broken: Injected.");
        (await bench.RunAsync()).Repaired.Missing.ShouldBe(1);
        (await bench.VerifyAsync()).ShouldBe(3);
    }

    [Fact]
    public async Task A_document_in_a_history_that_is_no_transition_counts_as_none()
    {
        await using var bench = await ScrubBench.StartAsync();
        bench.IsLost = static told => told.Transition is { Version: > 1 };
        await EnqueueAsync(bench, Q, "a");
        var taken = await bench.Service.DequeueAsync(Q, new DequeueRequest());
        await bench.Service.SettleAsync(Q, [Settlement.Complete("a", taken.Messages[0].LeaseToken!)]);
        await bench.CaughtUpAsync();
        var life = (await bench.Service.GetMessageAsync(Q, "a")).Life;
        var index = (
            await bench.Indices.Connection.Requests.GetIndicesAsync(bench.Indices.Connection.Names.HistoricPattern, default)
        ).Keys.First();
        await bench.Indices.AskAsync(HttpMethod.Put, $"{index}/_doc/foreign", new JsonObject { ["queue"] = Q, ["life"] = life });
        await bench.Indices.RefreshAsync();
        var report = await bench.RunAsync();
        (report.Found.Transitions, report.Repaired.Transitions).ShouldBe((2, 2));
    }

    [Fact]
    public async Task What_was_published_is_read_once_however_many_histories_lack_something()
    {
        await using var bench = await ScrubBench.StartAsync();
        bench.IsLost = static told => told.Transition is not null;
        bench.IsKept = static told => !told.Id.EndsWith('0');
        await EnqueueAsync(bench, Q, [.. Enumerable.Range(0, 50).Select(static number => $"m{number}")]);
        await EnqueueAsync(bench, "others", "a");
        await bench.CaughtUpAsync();
        var scrub = bench.Scrub(mostHoles: 10);
        var report = await scrub.RunAsync();
        (report.Found.Transitions, report.Repaired.Transitions, bench.ArchiveReads).ShouldBe((51, 46, 1));

        // What is lost is not looked for again.
        await bench.Indices.RefreshAsync();
        report = await scrub.RunAsync();
        (report.Found.Transitions, report.Repaired.Transitions, bench.ArchiveReads).ShouldBe((5, 0, 1));
    }

    [Fact]
    public async Task Reading_what_was_published_ends_when_the_comparison_is_no_longer_wanted_and_nothing_is_called_lost()
    {
        await using var bench = await ScrubBench.StartAsync();
        bench.IsLost = static told => told.Transition is not null;
        await EnqueueAsync(bench, Q, "a", "b");
        await bench.CaughtUpAsync();
        var scrub = bench.Scrub(goesOn: () => bench.ArchiveReads != 1);
        var report = await scrub.RunAsync();
        (bench.ArchiveReads, report.Found.Transitions, report.Undecided).ShouldBe((1, 0, 2));

        // The next one asks again.
        bench.ForgetReads();
        report = await bench.Scrub().RunAsync();
        (report.Found.Transitions, report.Repaired.Transitions).ShouldBe((2, 2));
    }

    private static async Task EnqueueAsync(ScrubBench bench, string queue, params string[] ids) =>
        await bench.Service.EnqueueAsync(queue, [.. ids.Select(static id => new NewMessage { Id = id, Metadata = Metadata.Of("k", "v") })]);

    private static async Task<(int Transitions, bool Incomplete)> HistoryAsync(ScrubBench bench, string id)
    {
        await bench.Indices.RefreshAsync();
        var history = await bench.Service.GetHistoryAsync(Q, id);
        return (history.Transitions.Count, history.Incomplete);
    }

    // Everything that can happen to a message, to queues that are deleted and made again too.
    private static async Task LoadAsync(ITimestone service, int seed, Func<bool> goesOn)
    {
        var random = new Random(seed);
        while (goesOn())
        {
            var queue = $"q{random.Next(4)}";
            try
            {
                await service.EnqueueAsync(
                    queue,
                    [
                        .. Enumerable
                            .Range(0, 1 + random.Next(20))
                            .Select(_ => new NewMessage
                            {
                                Id = $"m{random.Next(500)}",
                                Priority = 1,
                                Invisible = random.Next(4) == 0 ? TimeSpan.FromMilliseconds(random.Next(200)) : null,
                            }),
                    ]
                );
                var taken = await service.DequeueAsync(
                    queue,
                    new DequeueRequest
                    {
                        Max = 10,
                        Worker = "w",
                        Lease = TimeSpan.FromMilliseconds(200),
                    }
                );
                var extended = taken
                    .Messages.Take(3)
                    .Select(static message => new LeaseExtension
                    {
                        Id = message.Id,
                        LeaseToken = message.LeaseToken!,
                        Lease = TimeSpan.FromSeconds(1),
                    });
                if (extended.ToList() is { Count: > 0 } extensions)
                    await service.ExtendAsync(queue, extensions);
                await service.SettleAsync(queue, [.. taken.Messages.Skip(2).Select(message => random.Next(3) switch
                {
                    0 => Settlement.Fail(message.Id, message.LeaseToken!, "it broke", permanent: random.Next(2) == 0),
                    1 => Settlement.Release(message.Id, message.LeaseToken!),
                    _ => Settlement.Complete(message.Id, message.LeaseToken!),
                }).DefaultIfEmpty(Settlement.Complete("m0", "0"))]);
                await service.CancelAsync(queue, [new Cancellation { Id = $"m{random.Next(500)}" }]);
                switch (random.Next(60))
                {
                    case 0:
                        await service.DeleteQueueAsync(queue);
                        break;
                    case < 4:
                        await service.PurgeAsync(queue, random.Next(2) == 0 ? PurgeScope.Completed : PurgeScope.Canceled);
                        break;
                    case < 6:
                        await service.RedriveAllAsync(queue);
                        break;
                }
            }
            catch (TimestoneException gone) when (gone.Code == ErrorCode.QueueNotFound)
            {
                // Another caller has deleted it.
            }

            await Task.Delay(100);
        }
    }

    /// <summary>
    /// A service with which something happens between the answer to the question for a message and its arrival, or which cannot answer for
    /// one.
    /// </summary>
    private sealed class Asked(ITimestone inner, Func<Task>? meddle = null, string? fails = null) : ForwardingTimestone(inner)
    {
        public override async Task<Message> GetMessageAsync(string queue, string id, CancellationToken cancellationToken = default)
        {
            if (id == fails)
                throw new TimestoneException(ErrorCode.InvalidArgument, "Injected.");
            try
            {
                return await base.GetMessageAsync(queue, id, cancellationToken);
            }
            finally
            {
                if (meddle is not null)
                    await meddle();
            }
        }
    }

    /// <summary>A service whose index says that it is behind.</summary>
    private sealed class Behind(ITimestone inner, TimeSpan lag) : ForwardingTimestone(inner)
    {
        public override async Task<SearchPage> SearchMessagesAsync(MessageSearch search, CancellationToken cancellationToken = default)
        {
            var page = await base.SearchMessagesAsync(search, cancellationToken);
            return page with { Freshness = page.Freshness with { Lag = lag } };
        }
    }
}
