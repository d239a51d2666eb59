using Shouldly;
using Timestone.Engine;
using Timestone.Journals.Redis;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Redis;

/// <summary>Owners of one queue whose clocks differ: the queue goes from one to the other, and no duration shows it.</summary>
public sealed class RedisClockTests : IAsyncDisposable
{
    private const string Queue = "q";
    private static readonly TimeSpan Difference = TimeSpan.FromSeconds(20);

    private readonly string _database = RedisServer.NewDatabaseOfAnyKind();
    private readonly ManualTimeProvider _right = new();
    private readonly ManualTimeProvider _ahead = new();
    private readonly List<RedisJournal> _journals = [];

    public RedisClockTests() => _ahead.Jump(Difference);

    public async ValueTask DisposeAsync()
    {
        foreach (var journal in _journals)
            await journal.DisposeAsync();
    }

    [Fact]
    public async Task A_lease_that_an_owner_gave_whose_clock_was_ahead_ends_after_its_time_at_the_next()
    {
        await using (var ahead = Start(_ahead))
        {
            await ahead.EnqueueAsync(Queue, new NewMessage { Id = "a" });
            await TakeAsync(ahead, TimeSpan.FromSeconds(1));
        }

        await using var right = Start(_right);
        (await right.GetMessageAsync(Queue, "a")).State.ShouldBe(MessageState.Running);
        right.Ahead.ShouldBe((Queue, Difference));
        Advance(1);
        (await right.GetMessageAsync(Queue, "a")).State.ShouldBe(MessageState.Running);
        Advance(0.011);
        (await right.GetMessageAsync(Queue, "a")).State.ShouldNotBe(MessageState.Running);
    }

    [Fact]
    public async Task A_lease_lasts_no_longer_however_often_the_queue_changes_hands()
    {
        // The owner before is fenced, as when a server takes a queue from one that still lives.
        LocalTimestone[] owners = [Start(_ahead), Start(_right)];
        await owners[0].EnqueueAsync(Queue, new NewMessage { Id = "a" });
        await TakeAsync(owners[0], TimeSpan.FromSeconds(10));
        for (var i = 1; i <= 9; i++)
        {
            Advance(1);
            (await Eventually.SucceedAsync(() => owners[i % 2].GetMessageAsync(Queue, "a"))).State.ShouldBe(MessageState.Running);
        }

        Advance(1.2);
        (await Eventually.SucceedAsync(() => owners[0].GetMessageAsync(Queue, "a"))).State.ShouldNotBe(MessageState.Running);
        foreach (var owner in owners)
            await owner.DisposeAsync();
    }

    [Fact]
    public async Task What_is_due_in_a_queue_that_was_closed_by_an_owner_ahead_is_found_on_time()
    {
        await using var ahead = Start(_ahead);
        var table = _journals[0].WakeTable;
        await ahead.EnqueueAsync(Queue, new NewMessage { Id = "a", Invisible = TimeSpan.FromHours(1) });
        _ahead.Jump(-Difference);
        _ahead.Jump(TimeSpan.FromHours(-2));
        var dueIn = await ahead.CloseAsync(Queue);
        dueIn.ShouldBe(TimeSpan.FromMilliseconds(Math.Ceiling(3_600_000 / 0.99)));
        var part = Enumerable.Range(0, table.Parts).First(part => table.FindOpenAsync(part).AsTask().Result.Contains(Queue));

        // By the clock of Redis: neither owner's is like it.
        await table.SetClosedAsync(Queue, TimeSpan.FromHours(1));
        (await table.FindDueAsync(part)).ShouldBeEmpty();
        await table.SetClosedAsync(Queue, TimeSpan.Zero);
        (await table.FindDueAsync(part)).ShouldBe([Queue]);
    }

    private LocalTimestone Start(TimeProvider time)
    {
        _journals.Add(RedisJournal.Open(new RedisJournalOptions { Configuration = _database, Timeout = RedisServer.Patience }));
        return new LocalTimestone(_journals[^1], timeProvider: time);
    }

    private void Advance(double seconds)
    {
        _right.Advance(TimeSpan.FromSeconds(seconds));
        _ahead.Advance(TimeSpan.FromSeconds(seconds));
    }

    private static async Task TakeAsync(LocalTimestone owner, TimeSpan lease) =>
        (await owner.DequeueAsync(Queue, new DequeueRequest { Lease = lease })).Messages.ShouldHaveSingleItem();
}
