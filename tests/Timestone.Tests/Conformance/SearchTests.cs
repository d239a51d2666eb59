using Shouldly;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Conformance;

public abstract class SearchTests(ConformanceSubject subject) : IndexTests(subject)
{
    // Not much later: a server does something each minute.
    private static readonly DateTimeOffset Later = ManualTimeProvider.Start.AddDays(1);

    /// <summary>What to look for, and which of the messages of <see cref="Gather"/> are found.</summary>
    public static TheoryData<string, string> Searches { get; } = new()
    {
        { "", "early middle late" },
        { "queue=q", "early middle late" },
        { "queue=other", "" },
        { "state=running", "middle" },
        { "state=completed", "" },
        { "tenant=acme", "early late" },
        { "tenant=acme kind=mail", "early" },
        { "worker=w1", "middle" },
        { "worker=W1", "" },
        { "error=out_TIME", "late" },
        { "error=time", "late" },
        { "error=tim", "" },
        { "error=out_time_never", "" },
        { "min=20", "middle late" },
        { "max=20", "early middle" },
        { "min=11 max=29", "middle" },
        { "enqueuedFrom=10", "middle late" },
        { "enqueuedBefore=10", "early" },
        { "updatedFrom=30", "middle late" },
        { "updatedBefore=30", "early" },
        { "updatedFrom=30 updatedBefore=31", "middle" },
        { "state=pending tenant=acme max=10", "early" },
    };

    [Theory]
    [MemberData(nameof(Searches))]
    public async Task All_that_is_asked_for_must_hold(string asked, string expected) =>
        (await Found(await Gather(), Parse(asked))).ShouldBe(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [Fact]
    public async Task A_message_is_found_as_it_is()
    {
        await Queue();
        var deadline = Now + Seconds(3);
        await Enqueue(new NewMessage { Id = "a", Deadline = deadline, Metadata = Owner("x") });
        var enqueued = Now;
        Advance(5);
        var failed = await Fail(await Take(worker: "w"), "no luck", invisible: Seconds(60));
        var page = await Search(Write(failed));
        var message = page.Messages.ShouldHaveSingleItem();
        message.ShouldBe(new IndexedMessage
        {
            Queue = Q,
            Id = "a",
            Life = message.Life,
            Version = 3,
            State = MessageState.Invisible,
            Priority = deadline.ToUnixTimeMilliseconds(),
            Deadline = deadline,
            Metadata = Owner("x"),
            EnqueuedAt = enqueued,
            UpdatedAt = Now,
            VisibleAt = Now + Seconds(60),
            Attempt = 1,
            Worker = "w",
            Error = "no luck",
        });
        page.Freshness.NewestTransition.ShouldBe(Now);
        await Eventually.BeAsync(async () =>
            (await Service.SearchMessagesAsync(new MessageSearch { Queue = Q })).Freshness
            == new Freshness { NewestTransition = Now, Lag = TimeSpan.Zero }
        );
    }

    [Fact]
    public async Task What_the_clock_does_is_found()
    {
        await Queue();
        await Enqueue("a", invisible: Seconds(10));
        Advance(10);
        await StateOf("a");
        (await Found(new IndexedWrite(Q, "a", 2), new MessageSearch { State = MessageState.Pending })).ShouldBe(["a"]);
    }

    [Theory]
    [InlineData(SearchOrder.Enqueued, false, "a b c d e")]
    [InlineData(SearchOrder.Enqueued, true, "e d c b a")]
    [InlineData(SearchOrder.Priority, false, "d a c e b")]
    [InlineData(SearchOrder.Priority, true, "b e c a d")]
    [InlineData(SearchOrder.Updated, false, "a b d e c")]
    [InlineData(SearchOrder.Updated, true, "c e d b a")]
    public async Task Pages_continue_in_the_order_asked_for(SearchOrder order, bool descending, string expected)
    {
        await Queue();
        foreach (var (id, priority) in new[] { ("a", 3), ("b", 9), ("c", 3), ("d", 1), ("e", 3) })
        {
            await Enqueue(id, priority);
            Advance(1);
        }

        var search = new MessageSearch { Order = order, Descending = descending, Limit = 2 };
        var after = Write(await Cancel("c"));
        var pages = new List<SearchPage>();
        do
            pages.Add(await Search(after, search with { Cursor = pages.LastOrDefault()?.Next }));
        while (pages[^1].Next is not null);
        pages.Select(static page => page.Messages.Count).ShouldBe([2, 2, 1]);
        pages.SelectMany(static page => page.Messages).Select(static message => message.Id).ShouldBe(expected.Split(' '));
    }

    [Fact]
    public async Task A_page_that_holds_the_last_one_is_the_last()
    {
        await Queue();
        await EnqueueAll("a", "b");
        (await Search(new IndexedWrite(Q, "b", 1), new MessageSearch { Limit = 2 })).Next.ShouldBeNull();
    }

    [Fact]
    public async Task Messages_of_all_queues_are_found_equal_ones_in_the_order_of_queue_and_id()
    {
        await Queue(name: "z");
        await Queue(name: "Z");
        await Queue();
        await Service.EnqueueAsync("z", new NewMessage { Id = "a" });
        await Service.EnqueueAsync("Z", new NewMessage { Id = "b" });
        await Service.EnqueueAsync("z", new NewMessage { Id = "B" });
        await Enqueue("a");
        await Search(new IndexedWrite("z", "a", 1));
        await Search(new IndexedWrite("z", "B", 1));
        await Search(new IndexedWrite("Z", "b", 1));
        (await Search(new IndexedWrite(Q, "a", 1)))
            .Messages.Select(static message => $"{message.Queue}/{message.Id}")
            .ShouldBe(["Z/b", "q/a", "z/B", "z/a"]);
    }

    [Fact]
    public async Task What_was_purged_or_has_retired_is_found_no_more()
    {
        await Queue(Plain with { Retention = Seconds(10) });
        await EnqueueAll("a", "b", "c");
        await Cancel("a");
        await Service.PurgeAsync(Q, PurgeScope.Canceled);
        await Complete(await Take());
        Advance(10);
        await Gone("b");
        (await Found(Write(await Enqueue("d")))).ShouldBe(["c", "d"]);
    }

    [Fact]
    public async Task Of_a_queue_created_anew_only_the_new_messages_are_found()
    {
        await Queue();
        await EnqueueAll("a", "b");
        await Service.DeleteQueueAsync(Q);
        await Queue();
        await Enqueue("b");
        (await Found(Write(await Enqueue("c")))).ShouldBe(["b", "c"]);
    }

    [Fact]
    public async Task A_queue_that_the_index_does_not_know_has_no_messages()
    {
        var page = await Search(null, new MessageSearch { Queue = "unknown" });
        (page.Messages.Count, page.Next).ShouldBe((0, null));
    }

    [Fact]
    public async Task A_write_that_never_was_is_not_included()
    {
        await Queue();
        var after = Write(await Enqueue("a"));
        await Search(after);
        await Service
            .SearchMessagesAsync(new MessageSearch { After = after with { Version = 2 }, Wait = TimeSpan.Zero })
            .ShouldBeRefused(ErrorCode.Unavailable, "after");
    }

    [Theory]
    [InlineData("queue")]
    [InlineData("state")]
    [InlineData("filter")]
    [InlineData("worker")]
    [InlineData("error")]
    [InlineData("order")]
    [InlineData("limit")]
    [InlineData("cursor")]
    [InlineData("after")]
    [InlineData("waitSeconds")]
    public async Task A_bad_search_is_refused_and_names_the_field(string field) => await Service.SearchMessagesAsync(field switch
    {
        "queue" => new MessageSearch { Queue = "a/b" },
        "state" => new MessageSearch { State = (MessageState)9 },
        "filter" => new MessageSearch { Filter = Metadata.Of("a b", "c") },
        "worker" => new MessageSearch { Worker = new string('x', Limits.MaxWorkerLength + 1) },
        "error" => new MessageSearch { Error = "... !" },
        "order" => new MessageSearch { Order = (SearchOrder)9 },
        "limit" => new MessageSearch { Limit = Limits.MaxPage + 1 },
        "cursor" => new MessageSearch { Cursor = "nonsense" },
        "after" => new MessageSearch { After = new IndexedWrite(Q, "a", 0) },
        _ => new MessageSearch { Wait = Limits.MaxWait + Seconds(1) },
    }).ShouldBeRefused(ErrorCode.InvalidArgument, field);

    private static MessageSearch Parse(string asked)
    {
        var search = new MessageSearch();
        foreach (
            var (name, value) in asked
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(static term => (term.Split('=')[0], term.Split('=')[1]))
        )
        {
            search = name switch
            {
                "queue" => search with { Queue = value },
                "state" => search with { State = Enum.Parse<MessageState>(value, ignoreCase: true) },
                "worker" => search with { Worker = value },
                "error" => search with { Error = value },
                "min" => search with { MinPriority = Number() },
                "max" => search with { MaxPriority = Number() },
                "enqueuedFrom" => search with { EnqueuedFrom = Time() },
                "enqueuedBefore" => search with { EnqueuedBefore = Time() },
                "updatedFrom" => search with { UpdatedFrom = Time() },
                "updatedBefore" => search with { UpdatedBefore = Time() },
                _ => search with { Filter = Metadata.From([.. search.Filter, new(name, value)]) },
            };

            long Number() => long.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
            DateTimeOffset Time() => Later + Seconds(Number());
        }

        return search;
    }

    /// <summary>
    /// Enqueues three messages ten seconds apart from <see cref="Later"/> on; 30 s after it the second is taken, 31 s after it the third
    /// fails.
    /// </summary>
    private async Task<IndexedWrite> Gather()
    {
        Subject.Clock.Advance(Later - Now);
        await Queue();
        await Enqueue("early", 10, Pairs(("tenant", "acme"), ("kind", "mail")));
        Advance(10);
        await Enqueue("middle", 20, Pairs(("tenant", "globex")));
        Advance(10);
        await Enqueue("late", 30, Pairs(("tenant", "acme"), ("kind", "call")));
        Advance(10);
        var taken = await Take(Pairs(("tenant", "globex")), lease: Seconds(600), worker: "w1");
        Advance(1);
        var failed = await Fail(await Take(Pairs(("kind", "call"))), "timed: Time-out!", invisible: Seconds(600));
        await Search(Write(taken));
        return Write(failed);
    }
}
