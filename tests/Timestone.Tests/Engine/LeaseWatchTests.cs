using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Timestone.Engine;
using Timestone.Journals.Memory;
using Timestone.Tests.Journal;
using Timestone.Tests.Simulation;
using Xunit;

namespace Timestone.Tests.Engine;

/// <summary>Watches of leases in a runner whose turns the test takes, and what is left of them.</summary>
public sealed class LeaseWatchTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);

    private readonly SimulatedScheduler _scheduler = new();
    private readonly FakeTimeProvider _time = new();
    private readonly WatchedLeases _watched = new();
    private readonly ChangeBatch _batch = new();
    private readonly QueueEngine _engine = new(TestRows.Queue("q"), 1, []);

    [Fact]
    public async Task A_lost_lease_is_told_when_its_loss_is_durable()
    {
        var (runner, journal) = await RunnerAsync();
        var lease = Take(runner);
        var watch = Watch(runner, lease);
        journal.Commit = new TaskCompletionSource();
        var canceled = Ask(runner, static engine => engine.Cancel([new Cancellation { Id = "a", Reason = "not wanted" }]));
        watch.IsCompleted.ShouldBeFalse();
        canceled.IsCompleted.ShouldBeFalse();
        journal.Commit.SetResult();
        RunAll();
        canceled.IsCompletedSuccessfully.ShouldBeTrue();
        var lost = (await Told(watch)).ShouldHaveSingleItem();
        (lost.Id, lost.State, lost.Version).ShouldBe(("a", MessageState.Canceled, 3));
        var refused = (await Ask(runner, engine => engine.Extend([new LeaseExtension { Id = "a", LeaseToken = lease.LeaseToken }])))[0];
        lost.Error.ShouldBe(refused.Error);
        lost.Error!.Detail.ShouldStartWith("The message was canceled while it was leased.");
    }

    [Fact]
    public async Task A_loss_that_may_not_have_become_durable_is_not_told()
    {
        var (runner, journal) = await RunnerAsync();
        var watch = Watch(runner, Take(runner));
        journal.Commit = new TaskCompletionSource();
        _ = Ask(runner, static engine => engine.Cancel([new Cancellation { Id = "a" }]));
        journal.Commit.SetException(new IOException("Injected."));
        RunAll();
        (await Should.ThrowAsync<TimestoneException>(Told(watch))).Code.ShouldBe(ErrorCode.Unavailable);
    }

    [Fact]
    public async Task Nobody_has_to_call_for_an_expiry_to_be_told()
    {
        var (runner, _) = await RunnerAsync();
        var watch = Watch(runner, Take(runner, TimeSpan.FromSeconds(7)));
        Pass(TimeSpan.FromSeconds(7) - TimeSpan.FromMilliseconds(1));
        watch.IsCompleted.ShouldBeFalse();
        Pass(TimeSpan.FromMilliseconds(1));
        (await Told(watch)).ShouldHaveSingleItem().Error!.Detail.ShouldStartWith("The lease expired.");
    }

    [Fact]
    public async Task A_wait_begins_when_the_watch_is_taken_in_and_ends_to_the_millisecond()
    {
        var (runner, _) = await RunnerAsync();
        var lease = Take(runner);
        var watch = runner.WatchLeasesAsync([lease], Wait);
        _time.Advance(Wait);
        RunAll();
        watch.IsCompleted.ShouldBeFalse();
        Pass(Wait - TimeSpan.FromMilliseconds(1));
        watch.IsCompleted.ShouldBeFalse();
        Pass(TimeSpan.FromMilliseconds(1));
        (await Told(watch)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_queue_that_is_closed_here_answers_its_watches_with_nothing()
    {
        var (runner, _) = await RunnerAsync();
        var watch = Watch(runner, Take(runner));
        _ = runner.DisposeAsync().AsTask();
        RunAll();
        runner.Stopped.IsCompleted.ShouldBeTrue();
        (await Told(watch)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_owner_at_which_somebody_only_watches_notices_that_it_lost_the_queue()
    {
        var (runner, journal) = await RunnerAsync(isShared: true);
        var watch = Watch(runner, Take(runner));
        journal.Check = new TaskCompletionSource();
        Pass(TimeSpan.FromSeconds(1));
        journal.Check.SetException(new JournalFencedException("q", 1));
        RunAll();
        (await Should.ThrowAsync<TimestoneException>(Told(watch))).InnerException.ShouldBeOfType<JournalFencedException>();
    }

    [Fact]
    public void Nothing_is_left_of_a_watch_that_was_told_a_loss()
    {
        var (first, other) = (Registered("a", "b"), Registered("b"));
        _engine.Cancel([new Cancellation { Id = "a" }]);
        Losers().ShouldBe([first]);
        _watched.Any.ShouldBeTrue();
        _engine.Cancel([new Cancellation { Id = "b" }]);
        Losers().ShouldBe([other]);
        _watched.Any.ShouldBeFalse();
        Losers().ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_is_left_of_a_watch_whose_wait_is_over_or_that_was_given_up()
    {
        using var giveUp = new CancellationTokenSource();
        var (over, _) = (Registered("a"), Registered(giveUp.Token, "a"));
        Ended().ShouldBeEmpty();
        giveUp.Cancel();
        Ended().ShouldBeEmpty();
        _watched.Any.ShouldBeTrue();
        _time.Advance(Wait);
        Ended().ShouldBe([over]);
        _watched.Any.ShouldBeFalse();
    }

    [Fact]
    public void What_a_consumer_ends_or_extends_itself_is_not_lost_though_the_message_is_gone_at_once()
    {
        var call = Registered("a", "b");
        _engine.Extend([new LeaseExtension { Id = "a", LeaseToken = call.Leases[0].LeaseToken }]);
        _engine.Settle([Settlement.Complete("a", call.Leases[0].LeaseToken)]);
        _engine.PurgeNext(new Sweep(MessageState.Completed));
        _engine.Get("a").ShouldBeNull();
        Losers().ShouldBeEmpty();
    }

    private LeaseWatchCall Registered(params string[] ids) => Registered(CancellationToken.None, ids);

    private LeaseWatchCall Registered(CancellationToken cancellationToken, params string[] ids)
    {
        _engine.Begin(TestRows.Now, _batch);
        var leases = ids.Select(id =>
        {
            _engine.Enqueue([new NewMessage { Id = id }]);
            return Reference(_engine.Dequeue(new DequeueRequest { RequestId = id })[0]);
        });
        var call = new LeaseWatchCall([.. leases], Wait, cancellationToken);
        call.Apply(_engine);
        call.Waits.ShouldBeTrue();
        call.BeginWait(_time, _watched.NoteEnded);
        _watched.Add(call);
        return call;
    }

    private List<Request> Losers()
    {
        var losers = new List<Request>();
        _watched.TakeLosers(_batch, _engine, losers);
        _batch.Clear();
        return losers;
    }

    private List<Request> Ended()
    {
        var ended = new List<Request>();
        _watched.TakeEnded(_engine, ended);
        return ended;
    }

    private async Task<(QueueRunner Runner, HeldJournal Journal)> RunnerAsync(bool isShared = false)
    {
        var journal = new HeldJournal((await new MemoryJournal().OpenAsync("q", TestRows.Queue("q")))!, isShared);
        return (new QueueRunner(journal, _time, _scheduler), journal);
    }

    private LeaseReference Take(QueueRunner runner, TimeSpan? lease = null)
    {
        Ask(runner, static engine => engine.Enqueue([new NewMessage { Id = "a" }])).IsCompleted.ShouldBeTrue();
        var taken = Ask(runner, engine => engine.Dequeue(new DequeueRequest { Lease = lease ?? Limits.MaxLease })).Result[0];
        return Reference(taken);
    }

    private Task<IReadOnlyList<MessageResult>> Watch(QueueRunner runner, LeaseReference lease)
    {
        var watch = runner.WatchLeasesAsync([lease], Wait);
        RunAll();
        watch.IsCompleted.ShouldBeFalse();
        return watch;
    }

    private Task<T> Ask<T>(QueueRunner runner, Func<QueueEngine, T> command)
    {
        var answer = runner.ExecuteAsync(command, static (engine, asked) => asked(engine));
        RunAll();
        return answer;
    }

    private void Pass(TimeSpan time)
    {
        _time.Advance(time);
        RunAll();
    }

    // Under a synchronization context, such as a test runner's, the end of a commit would wake the runner elsewhere and later.
    private void RunAll()
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        _scheduler.RunAll();
        SynchronizationContext.SetSynchronizationContext(context);
    }

    private static Task<IReadOnlyList<MessageResult>> Told(Task<IReadOnlyList<MessageResult>> watch)
    {
        watch.IsCompleted.ShouldBeTrue();
        return watch;
    }

    private static LeaseReference Reference(Message taken) => new(taken.Id, taken.LeaseToken!);

    /// <summary>A journal whose commits and checks end when the test says so.</summary>
    private sealed class HeldJournal(IQueueJournal inner, bool isShared) : ForwardingQueueJournal(inner)
    {
        public TaskCompletionSource? Commit { get; set; }

        public TaskCompletionSource? Check { get; set; }

        public override bool IsShared => isShared;

        public override async ValueTask CommitAsync(ChangeBatch changes)
        {
            await base.CommitAsync(changes);
            await (Commit?.Task ?? Task.CompletedTask);
        }

        public override ValueTask CheckAsync() => new(Check?.Task ?? Task.CompletedTask);
    }
}
