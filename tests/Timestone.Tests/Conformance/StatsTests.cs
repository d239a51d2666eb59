using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

public abstract class StatsTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    // Averages may be taken over whole seconds, so that a second more or less of sixty is allowed.
    private const double Tolerance = 0.04;

    [Fact]
    public async Task An_empty_queue_has_nothing_to_tell()
    {
        await Queue();
        (await Stats() with { Journal = null }).ShouldBe(new QueueStats
        {
            Queue = Q,
            At = Now,
            Counts = new StateCounts(0, 0, 0, 0, 0, 0),
            Lateness = new Lateness { Dequeued = 0, Late = 0, Mean = TimeSpan.Zero, Max = TimeSpan.Zero },
            Rates = new QueueRates(0, 0, 0, 0),
            Removed = new RemovalCounts(0, 0, 0),
        });
    }

    [Fact]
    public async Task Removals_are_counted_by_cause()
    {
        await Queue(Plain with { MaxErrored = 1, Retention = Seconds(10) });
        foreach (
            var (id, state) in new[]
            {
                ("a", MessageState.Errored),
                ("b", MessageState.Errored),
                ("c", MessageState.Completed),
                ("d", MessageState.Canceled),
                ("e", MessageState.Pending),
            }
        )
            await Put(id, state);
        Advance(10);
        await Service.PurgeAsync(Q, PurgeScope.Errored);
        (await Stats()).Removed.ShouldBe(new RemovalCounts(Retention: 2, Purge: 1, Bound: 1));
    }

    [Fact]
    public async Task Counts_are_those_of_each_state()
    {
        await Queue();
        foreach (
            var (state, count) in new[]
            {
                (MessageState.Errored, 6),
                (MessageState.Canceled, 5),
                (MessageState.Completed, 4),
                (MessageState.Running, 3),
                (MessageState.Pending, 2),
                (MessageState.Invisible, 1),
            }
        )
        {
            for (var i = 0; i < count; i++)
                await Put($"{state}-{i}", state);
        }

        (await Stats()).Counts.ShouldBe(new StateCounts(Invisible: 1, Pending: 2, Running: 3, Completed: 4, Canceled: 5, Errored: 6));
    }

    [Fact]
    public async Task Counts_are_of_now_though_nothing_was_asked_of_the_queue_meanwhile()
    {
        await Queue();
        await Enqueue("a", invisible: Seconds(10));
        Advance(10);
        var stats = await Stats();
        (stats.Counts.Invisible, stats.Counts.Pending, stats.At).ShouldBe((0, 1, Now));
    }

    [Fact]
    public async Task The_oldest_pending_message_is_the_one_enqueued_first_of_those_pending()
    {
        await Queue();
        await Enqueue("oldest", 9);
        Advance(10);
        await Enqueue("hidden", 1, invisible: Seconds(5));
        await Enqueue("younger", 2);
        Advance(2);
        (await Stats()).OldestPending.ShouldBe(Seconds(12));
        await Cancel("oldest");
        (await Stats()).OldestPending.ShouldBe(Seconds(2));
        var taken = await Take();
        (await Stats()).OldestPending.ShouldBeNull();
        Advance(10);
        (await Stats()).OldestPending.ShouldBe(Seconds(12));
        await Release(taken);
        (await Stats()).OldestPending.ShouldBe(Seconds(12));
    }

    [Fact]
    public async Task Lateness_is_that_of_messages_dequeued_after_their_deadline()
    {
        await Queue();
        await EnqueueAll(
        [
            new NewMessage { Id = "late", Deadline = Now + Seconds(8) },
            new NewMessage { Id = "later", Deadline = Now + Seconds(4) },
            new NewMessage { Id = "early", Deadline = Now + Seconds(60) },
            new NewMessage { Id = "without", Priority = 1 },
        ]);
        Advance(10);
        await TakeMany(4);
        (await Stats()).Lateness.ShouldBe(new Lateness { Dequeued = 3, Late = 2, Mean = Seconds(4), Max = Seconds(6) });
        Advance(30);
        (await Stats()).Lateness.Late.ShouldBe(2);
        Advance(31);
        (await Stats()).Lateness.ShouldBe(new Lateness { Dequeued = 0, Late = 0, Mean = TimeSpan.Zero, Max = TimeSpan.Zero });
    }

    [Fact]
    public async Task Rates_are_averages_of_the_last_minute()
    {
        await Queue();
        Advance(300);
        await EnqueueAll([.. Enumerable.Range(0, 600).Select(i => $"m{i}")]);
        var taken = await TakeMany(300);
        await Service.SettleAsync(Q, [.. taken.Take(180).Select(message => Settlement.Complete(message.Id, message.LeaseToken!))]);
        await Service.SettleAsync(Q, [.. taken.Skip(180).Take(60).Select(message => Settlement.Fail(message.Id, message.LeaseToken!))]);
        await Service.SettleAsync(Q, [.. taken.Skip(240).Select(message => Settlement.Release(message.Id, message.LeaseToken!))]);
        Advance(30);
        var rates = (await Stats()).Rates;
        rates.Enqueued.ShouldBe(10, 10 * Tolerance);
        rates.Dequeued.ShouldBe(5, 5 * Tolerance);
        rates.Completed.ShouldBe(3, 3 * Tolerance);
        rates.Failed.ShouldBe(1, 1 * Tolerance);
        Advance(31);
        (await Stats()).Rates.ShouldBe(new QueueRates(0, 0, 0, 0));
    }

    [Fact]
    public async Task Expired_leases_count_as_failures_and_duplicates_count_as_nothing()
    {
        await Queue();
        Advance(300);
        await EnqueueAll([.. Enumerable.Range(0, 60).Select(i => $"m{i}")]);
        await EnqueueAll([.. Enumerable.Range(0, 60).Select(i => $"m{i}")]);
        await TakeMany(60);
        Advance(30);
        var rates = (await Stats()).Rates;
        rates.Enqueued.ShouldBe(1, Tolerance);
        rates.Failed.ShouldBe(1, Tolerance);
    }

    [Fact]
    public async Task Rates_of_a_young_queue_are_averages_of_its_life()
    {
        await Queue();
        await EnqueueAll([.. Enumerable.Range(0, 200).Select(i => $"m{i}")]);
        Advance(20);
        (await Stats()).Rates.Enqueued.ShouldBeInRange(9, 11);
    }
}
