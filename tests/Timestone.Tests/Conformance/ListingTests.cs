using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

public abstract class ListingTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    public static TheoryData<MessageState> States { get; } = [.. Enum.GetValues<MessageState>()];

    [Fact]
    public async Task Queues_are_listed_by_name_page_by_page()
    {
        foreach (var name in new[] { "b", "a", "B", "a.1", "a-1", "10", "9" })
            await Queue(name: name);
        var names = new List<string>();
        var id = (await Service.ListQueuesAsync()).ServiceId.ShouldNotBeNull();
        string? after = null;
        do
        {
            var page = await Service.ListQueuesAsync(after, 2);
            page.ServiceId.ShouldBe(id);
            page.Queues.Count.ShouldBeInRange(1, 2);
            names.AddRange(page.Queues.Select(queue => queue.Name));
            after = page.Next;
        }
        while (after is not null);
        names.ShouldBe(["10", "9", "B", "a", "a-1", "a.1", "b"]);
    }

    [Fact]
    public async Task A_list_of_queues_goes_on_behind_a_queue_that_was_deleted()
    {
        foreach (var name in new[] { "a", "b", "c" })
            await Queue(name: name);
        var page = await Service.ListQueuesAsync(limit: 2);
        await Service.DeleteQueueAsync("b");
        (await Service.ListQueuesAsync(page.Next, 2)).Queues.ShouldHaveSingleItem().Name.ShouldBe("c");
    }

    [Fact]
    public async Task A_list_of_queues_describes_each_as_it_stands()
    {
        var queue = await Queue(Exclusive);
        var other = await Queue(name: "other");
        var page = await Service.ListQueuesAsync();
        page.Queues.ShouldBe([other, queue]);
        page.Next.ShouldBeNull();
    }

    [Fact]
    public async Task An_empty_list_is_one_empty_page()
    {
        (await Service.ListQueuesAsync()).Queues.ShouldBeEmpty();
        await Queue();
        var page = await Service.ListMessagesAsync(Q);
        (page.Messages.Count, page.Next).ShouldBe((0, null));
    }

    [Theory]
    [MemberData(nameof(States))]
    public async Task A_list_of_one_state_has_its_messages_and_no_others(MessageState state)
    {
        await Queue();
        foreach (var one in Enum.GetValues<MessageState>())
            await Put($"{one}", one);
        var listed = (await Service.ListMessagesAsync(Q, state)).Messages.ShouldHaveSingleItem();
        listed.ShouldBe(await Get($"{state}"));
        listed.State.ShouldBe(state);
    }

    [Fact]
    public async Task A_list_of_all_states_goes_by_state()
    {
        await Queue();
        foreach (var state in Enum.GetValues<MessageState>().Reverse())
            await Put($"{state}", state);
        var page = await Service.ListMessagesAsync(Q);
        page.Messages.Select(message => message.State).ShouldBe(Enum.GetValues<MessageState>());
        page.Next.ShouldBeNull();
    }

    [Fact]
    public async Task Pending_messages_are_listed_as_they_would_be_dequeued()
    {
        await Queue();
        foreach (var (id, priority) in new[] { ("d", 9), ("b", 1), ("c", 1), ("a", -1) })
            await Enqueue(id, priority);
        (await Pages(MessageState.Pending, 3)).ShouldBe(["a", "b", "c", "d"]);
        (await TakeIds()).ShouldBe(["a", "b", "c", "d"]);
    }

    [Fact]
    public async Task Other_messages_are_listed_as_they_will_leave_their_state()
    {
        await Queue();
        foreach (var (id, seconds) in new[] { ("c", 30), ("a", 10), ("b", 20), ("b2", 20) })
            await Enqueue(id, invisible: Seconds(seconds));
        (await Pages(MessageState.Invisible, 1)).ShouldBe(["a", "b", "b2", "c"]);

        Advance(30);
        foreach (var (id, seconds) in new[] { ("c", 1), ("a", 3), ("b", 4), ("b2", 2) })
            (await Take(lease: Seconds(seconds))).Id.ShouldBe(id);
        (await Pages(MessageState.Running, 3)).ShouldBe(["c", "b2", "a", "b"]);

        foreach (var id in new[] { "b", "a", "c", "b2" })
        {
            await Cancel(id);
            Advance(0.1);
        }

        (await Pages(MessageState.Canceled, 2)).ShouldBe(["b", "a", "c", "b2"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(1000)]
    public async Task Pages_of_any_size_meet_every_message_once(int limit)
    {
        await Queue();
        await EnqueueAll(
            Enumerable
                .Range(0, 100)
                .Select(i => new NewMessage
                {
                    Id = $"m{i}",
                    Priority = i % 5,
                    Invisible = i % 3 == 0 ? Seconds(i) : null,
                })
        );
        var cancelled = Enumerable.Range(0, 100).Where(i => i % 4 == 0).Select(i => new Cancellation { Id = $"m{i}" });
        await Service.CancelAsync(Q, [.. cancelled]);
        await TakeMany(20);
        var ids = await Pages(null, limit);
        ids.Count.ShouldBe(100);
        ids.ShouldBeUnique();
        ids.ShouldBe(await Pages(null, 13));
    }

    [Fact]
    public async Task A_full_last_page_is_the_last_one()
    {
        await Queue();
        await EnqueueAll("a", "b", "c", "d");
        var first = await Service.ListMessagesAsync(Q, limit: 2);
        var second = await Service.ListMessagesAsync(Q, cursor: first.Next.ShouldNotBeNull(), limit: 2);
        second.Messages.Select(message => message.Id).ShouldBe(["c", "d"]);
        second.Next.ShouldBeNull();
    }

    [Fact]
    public async Task Pages_neither_miss_nor_repeat_a_message_that_stays_whatever_comes_and_goes()
    {
        await Queue();
        foreach (var priority in Enumerable.Range(0, 10))
            await Enqueue($"m{priority}", priority * 10);
        var first = await Service.ListMessagesAsync(Q, MessageState.Pending, limit: 5);
        first.Messages[^1].Id.ShouldBe("m4");
        foreach (var id in new[] { "m1", "m4", "m6" })
            await Cancel(id);
        await Enqueue("before", 5);
        await Enqueue("behind", 75);
        var second = await Service.ListMessagesAsync(Q, MessageState.Pending, first.Next, 5);
        second.Messages.Select(message => message.Id).ShouldBe(["m5", "m7", "behind", "m8", "m9"]);
    }

    [Fact]
    public async Task A_list_changes_nothing()
    {
        await Queue();
        await Enqueue("a");
        var before = await Get("a");
        (await Service.ListMessagesAsync(Q)).Messages.ShouldBe([before]);
        (await Get("a")).ShouldBe(before);
    }

    [Theory]
    [InlineData("")]
    [InlineData("!")]
    [InlineData("no cursor that ever was")]
    [InlineData("AAAA")]
    [InlineData("日本語")]
    public async Task A_malformed_cursor_is_refused(string cursor)
    {
        await Queue();
        await Answer(Service.ListMessagesAsync(Q, cursor: cursor)).ShouldBeRefused(ErrorCode.InvalidArgument, "cursor");
    }

    private async Task<List<string>> Pages(MessageState? state, int limit)
    {
        var ids = new List<string>();
        string? after = null;
        do
        {
            var page = await Answer(Service.ListMessagesAsync(Q, state, after, limit));
            page.Messages.Count.ShouldBeInRange(page.Next is null ? 0 : limit, limit);
            ids.AddRange(page.Messages.Select(message => message.Id));
            after = page.Next;
        }
        while (after is not null);
        return ids;
    }
}
