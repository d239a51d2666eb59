using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Timestone.Engine;
using Timestone.Indexing.Memory;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Indexing;

public sealed class MemoryIndexTests
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);
    private TimeSpan? _lag = TimeSpan.Zero;
    private readonly FakeTimeProvider _clock = new();
    private readonly MemoryIndex _index;

    public MemoryIndexTests() => _index = new MemoryIndex(timeProvider: _clock, lag: () => new(_lag));

    private long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    [Fact]
    public async Task A_read_waits_until_the_write_is_included()
    {
        var search = _index.SearchAsync(new MessageSearch { After = new IndexedWrite("q", "a", 2) });
        var history = _index.GetHistoryAsync("q", "a", new HistoryRequest { After = 2 });
        Deliver(Entry("a", 1), Entry("b", 2));
        search.IsCompleted.ShouldBeFalse();
        Deliver(Entry("a", 2));
        (await search.WaitAsync(Hang)).Messages.Select(static message => (message.Id, message.Version)).ShouldBe([("a", 2), ("b", 2)]);
        (await history.WaitAsync(Hang)).Transitions.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_later_version_and_the_removal_include_a_write_too()
    {
        Deliver(Entry("a", 3));
        await _index.SearchAsync(new MessageSearch { After = new IndexedWrite("q", "a", 2) }).WaitAsync(Hang);
        var waiting = _index.SearchAsync(new MessageSearch { After = new IndexedWrite("q", "a", 4) });
        Deliver(Entry("a", 4) with { Kind = OutboxEntryKind.Removed });
        (await waiting.WaitAsync(Hang)).Messages.ShouldBeEmpty();
        await _index.GetStatsAsync(new StatsRequest { After = new IndexedWrite("q", "a", 4) }).WaitAsync(Hang);
    }

    [Fact]
    public async Task A_write_of_a_message_is_not_included_by_those_that_had_its_id_before()
    {
        var (before, after) = (Entry("a", 5), Entry("a", 1) with { Sequence = Entry("a", 5).Sequence + 1 });
        Deliver(before);
        var write = new IndexedWrite("q", "a", 1);
        await _index.SearchAsync(new MessageSearch { After = write }).WaitAsync(Hang);
        var search = _index.SearchAsync(new MessageSearch { After = write }, after.Life);
        Deliver(before with { Version = 6, Kind = OutboxEntryKind.Removed });
        search.IsCompleted.ShouldBeFalse();
        Deliver(after);
        (await search.WaitAsync(Hang)).Messages.ShouldHaveSingleItem().Life.ShouldBe(after.Life);
        await _index.GetHistoryAsync("q", "a", new HistoryRequest { After = 1, Wait = TimeSpan.Zero }, after.Life).WaitAsync(Hang);
    }

    [Fact]
    public async Task A_write_that_does_not_come_in_time_is_not_answered_without()
    {
        var search = _index.SearchAsync(new MessageSearch { After = new IndexedWrite("q", "a", 1), Wait = TimeSpan.FromSeconds(5) });
        _clock.Advance(TimeSpan.FromSeconds(4));
        search.IsCompleted.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromSeconds(1));
        var refusal = await Should.ThrowAsync<TimestoneException>(() => search.WaitAsync(Hang));
        (refusal.Code, refusal.Error.Field).ShouldBe((ErrorCode.Unavailable, "after"));
        await Should.ThrowAsync<TimestoneException>(() =>
            _index.GetStatsAsync(new StatsRequest { After = new IndexedWrite("q", "a", 1), Wait = TimeSpan.Zero }).WaitAsync(Hang)
        );
    }

    [Fact]
    public async Task A_wait_ends_when_its_caller_gives_up()
    {
        using var caller = new CancellationTokenSource();
        var search = _index.SearchAsync(new MessageSearch { After = new IndexedWrite("q", "a", 1) }, cancellationToken: caller.Token);
        await caller.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => search.WaitAsync(Hang));
    }

    [Fact]
    public async Task It_tells_how_fresh_it_is()
    {
        (await FreshnessAsync()).ShouldBe(new Freshness { Lag = TimeSpan.Zero });
        _lag = TimeSpan.FromSeconds(3);
        Deliver(Entry("a", 1) with { At = Now - 5000 });
        (await FreshnessAsync()).ShouldBe(
            new Freshness { Lag = TimeSpan.FromSeconds(3), NewestTransition = _clock.GetUtcNow() - TimeSpan.FromSeconds(5) }
        );
        _lag = null;
        (await FreshnessAsync()).ShouldBe(new Freshness { NewestTransition = _clock.GetUtcNow() - TimeSpan.FromSeconds(5) });
    }

    [Fact]
    public async Task A_wait_goes_on_across_a_gap()
    {
        Deliver(Entry("a", 1), Entry("b", 1));
        var search = _index.SearchAsync(new MessageSearch { After = new IndexedWrite("q", "a", 2) });
        await _index.DeliverAsync(new OutboxBatch([Entry("a", 2) with { Kind = OutboxEntryKind.Restated }], afterGap: true));
        (await search.WaitAsync(Hang)).Messages.ShouldHaveSingleItem().Id.ShouldBe("a");
    }

    [Fact]
    [Slow]
    public async Task A_search_over_many_meets_each_that_stays_once_whatever_else_comes_and_goes()
    {
        const int Stay = 20_000;
        var random = new Random(7);
        var order = Enumerable.Range(0, 2 * Stay).ToArray();
        random.Shuffle(order);
        Deliver([.. order.Select(static number => Entry(Name(number), 1))]);
        using var stop = new CancellationTokenSource();
        var churn = Task.Run(() =>
        {
            // Those with odd numbers go and come for as long as it is searched.
            for (var round = 2; !stop.IsCancellationRequested; round++)
            {
                foreach (var number in order.Where(static number => number % 2 == 1).Take(500))
                {
                    var entry = Entry(Name(number), 1) with { Sequence = Sequence(number) + ((round - 1) * 1_000_000L) };
                    Deliver(entry with { Kind = OutboxEntryKind.Removed, Version = 2, Sequence = entry.Sequence - 1_000_000 }, entry);
                }
            }
        });
        for (var i = 0; i < 10; i++)
        {
            var found = new List<string>();
            for (string? cursor = null; found.Count == 0 || cursor is not null;)
            {
                var page = await _index.SearchAsync(
                    new MessageSearch
                    {
                        Queue = "q",
                        MinPriority = 0,
                        MaxPriority = 0,
                        Limit = Limits.MaxPage,
                        Cursor = cursor,
                    }
                );
                found.AddRange(page.Messages.Select(static message => message.Id));
                cursor = page.Next;
            }

            found.ShouldBe(Enumerable.Range(0, Stay).Select(static number => Name(2 * number)));
        }

        await stop.CancelAsync();
        await churn.WaitAsync(Hang);
    }

    [Fact]
    public async Task A_history_of_all_versions_is_complete()
    {
        Deliver(
            Entry("a", 1),
            Entry("a", 2),
            Entry("a", 3) with
            {
                Kind = OutboxEntryKind.Removed,
                State = MessageState.Completed,
                Cause = TransitionCause.Retention,
            }
        );
        (await HistoryAsync("a")).Incomplete.ShouldBeFalse();
        (await HistoryAsync("never-was")).Incomplete.ShouldBeFalse();
    }

    [Fact]
    public async Task What_gives_way_to_newer_transitions_leaves_histories_incomplete()
    {
        var index = new MemoryIndex(new MemoryIndexOptions { HistoryLimit = 3 }, _clock);
        Deliver(index, Entry("a", 1), Entry("a", 2), Entry("b", 1));
        (await HistoryAsync("a", index)).Incomplete.ShouldBeFalse();
        Deliver(index, Entry("b", 2));
        var history = await HistoryAsync("a", index);
        (history.Transitions.ShouldHaveSingleItem().Version, history.Incomplete).ShouldBe((2, true));
        (await HistoryAsync("b", index)).Incomplete.ShouldBeFalse();
        (await HistoryAsync("never-was-or-forgotten", index)).Incomplete.ShouldBeTrue();
    }

    [Fact]
    public async Task A_life_that_was_forgotten_leaves_the_next_one_incomplete()
    {
        var index = new MemoryIndex(new MemoryIndexOptions { HistoryLimit = 3 }, _clock);
        var next = Entry("a", 1) with { Sequence = Entry("a", 1).Sequence + 1 };
        Deliver(index, Entry("a", 1), Entry("a", 2) with { Kind = OutboxEntryKind.Removed, Cause = TransitionCause.Purge }, next);
        (await HistoryAsync("a", index)).ShouldSatisfyAllConditions(
            history => history.Transitions.Count.ShouldBe(3),
            history => history.Incomplete.ShouldBeFalse());
        Deliver(index, Entry("b", 1), Entry("b", 2));
        (await HistoryAsync("a", index)).ShouldSatisfyAllConditions(
            history => history.Transitions.ShouldHaveSingleItem().Life.ShouldBe(next.Life),
            history => history.Incomplete.ShouldBeTrue());
    }

    [Fact]
    public async Task A_message_that_is_only_restated_has_no_complete_history()
    {
        Deliver(Entry("a", 3) with { Kind = OutboxEntryKind.Restated }, Entry("a", 4));
        var history = await HistoryAsync("a");
        (history.Transitions.ShouldHaveSingleItem().Version, history.Incomplete).ShouldBe((4, true));
    }

    [Fact]
    public async Task Behind_a_gap_and_after_a_compaction_what_is_not_known_may_have_been()
    {
        Deliver(Entry("a", 1));
        _index.DeliverAsync(new OutboxBatch([Entry("b", 1)], afterGap: true)).AsTask().IsCompletedSuccessfully.ShouldBeTrue();
        (await HistoryAsync("a")).Incomplete.ShouldBeTrue();
        (await HistoryAsync("b")).Incomplete.ShouldBeFalse();
        var later = new MemoryIndex(timeProvider: _clock, isPartial: true);
        (await HistoryAsync("a", later)).Incomplete.ShouldBeTrue();
    }

    private static string Name(int number) => $"m{number:d6}";

    private static int Sequence(int number) => number + 1;

    private static OutboxEntry Entry(string id, int version) => new()
    {
        Kind = OutboxEntryKind.Transition,
        Queue = "q",
        QueueCreatedAt = 1,
        At = 1000 * version,
        Id = id,
        Sequence = id.Length == 7 ? Sequence(int.Parse(id[1..], System.Globalization.CultureInfo.InvariantCulture)) : id[0],
        Version = version,
        State = MessageState.Pending,
        Cause = TransitionCause.Enqueue,
        Priority = id.Length == 7 ? (id[6] - '0') % 2 : 0,
        EnqueuedAt = 1,
    };

    private async Task<Freshness> FreshnessAsync() => (await _index.SearchAsync(new MessageSearch())).Freshness;

    private Task<MessageHistory> HistoryAsync(string id, MemoryIndex? index = null) =>
        (index ?? _index).GetHistoryAsync("q", id, new HistoryRequest());

    private void Deliver(params OutboxEntry[] entries) => Deliver(_index, entries);

    private static void Deliver(MemoryIndex index, params OutboxEntry[] entries) =>
        index.DeliverAsync(new OutboxBatch(entries, afterGap: false)).AsTask().IsCompletedSuccessfully.ShouldBeTrue();
}
