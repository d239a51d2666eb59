using Shouldly;
using Timestone.Engine;
using Timestone.Journals.Files;
using Timestone.Journals.Memory;
using Timestone.Tests.Journal;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Engine;

/// <summary>What a sweep covers, whatever happens between its steps; and that it leaves nothing behind.</summary>
public sealed class SweepTests
{
    private const string Q = "q";

    private readonly ChangeBatch _changes = new();
    private readonly QueueEngine _engine = new(TestRows.Queue(Q) with { Settings = Settings }, 1, []);
    private long _now = 1;

    private static QueueSettings Settings => new() { Backoff = new Backoff { Kind = BackoffKind.None } };

    [Fact]
    public void What_fails_again_between_the_steps_is_not_redriven_again()
    {
        Put(10);
        FailAll();
        var sweep = new Sweep(3, MessageState.Errored);
        var redriven = new List<long>();
        for (var isDone = false; !isDone;)
        {
            var step = Step(engine => engine.RedriveNext(sweep));
            redriven.Add(step.Changed.Errored);
            isDone = step.IsDone;
            FailAll();
        }

        redriven.ShouldBe([3, 3, 3, 1]);
    }

    [Fact]
    public void It_makes_no_difference_by_how_much_the_retention_was_changed_meanwhile()
    {
        Put(6);
        FailAll();
        var sweep = new Sweep(3, MessageState.Errored);
        Step(engine => engine.RedriveNext(sweep)).Changed.Errored.ShouldBe(3);
        // What fails now stands before everything that failed until now, and is removed later all the same.
        Step(engine => engine.Update(new QueueSettingsPatch { ErroredRetention = TimeSpan.FromHours(1) }));
        FailAll();
        Step(engine => engine.RedriveNext(sweep)).ShouldBe(new SweepStep(Counts(MessageState.Errored, 3), IsDone: true));
    }

    [Fact]
    public void A_sweep_ends_when_what_it_covers_has_gone_by_other_ways()
    {
        Put(6);
        var purge = new Sweep(2, MessageState.Pending);
        Step(engine => engine.PurgeNext(purge)).ShouldBe(new SweepStep(Counts(MessageState.Pending, 2), IsDone: false));
        FailAll();
        Put(100);
        Step(engine => engine.PurgeNext(purge)).ShouldBe(new SweepStep(Counts(MessageState.Pending, 0), IsDone: true));
        _engine.SweepCount.ShouldBe(0);
    }

    [Fact]
    public void Two_sweeps_at_once_share_what_both_cover()
    {
        Put(10);
        FailAll();
        var (redrive, purge) = (new Sweep(3, MessageState.Errored), new Sweep(2, MessageState.Errored));
        Step(engine => engine.PurgeNext(purge)).Changed.Errored.ShouldBe(2);
        Step(engine => engine.RedriveNext(redrive)).Changed.Errored.ShouldBe(3);
        FailAll();
        Step(engine => engine.PurgeNext(purge)).Changed.Errored.ShouldBe(2);
        Step(engine => engine.RedriveNext(redrive)).ShouldBe(new SweepStep(Counts(MessageState.Errored, 3), IsDone: true));
        FailAll();
        Step(engine => engine.PurgeNext(purge)).ShouldBe(new SweepStep(Counts(MessageState.Errored, 0), IsDone: true));
        Step(engine => engine.Counts()).Errored.ShouldBe(6);
    }

    [Fact]
    public void A_purge_of_all_covers_what_moves_from_one_state_to_another_unless_that_is_redriven()
    {
        Enqueue(
            new NewMessage { Id = "invisible-1", Invisible = TimeSpan.FromSeconds(5) },
            new NewMessage { Id = "invisible-2", Invisible = TimeSpan.FromSeconds(5) }
        );
        Enqueue(new NewMessage { Id = "pending" }, new NewMessage { Id = "canceled-later" }, new NewMessage { Id = "redriven" });
        Step(engine => engine.Cancel([new Cancellation { Id = "redriven" }]));
        var purge = new Sweep(
            1,
            MessageState.Invisible,
            MessageState.Pending,
            MessageState.Completed,
            MessageState.Canceled,
            MessageState.Errored
        );
        Step(engine => engine.PurgeNext(purge)).Changed.ShouldBe(Counts(MessageState.Invisible, 1));
        _now += 5000;
        Enqueue(new NewMessage { Id = "new" });
        Step(engine => engine.Cancel([new Cancellation { Id = "canceled-later" }]));
        Step(engine => engine.Redrive("redriven"));
        var removed = new List<SweepStep>();
        do
            removed.Add(Step(engine => engine.PurgeNext(purge)));
        while (!removed[^1].IsDone);
        removed.Sum(step => step.Changed.Pending).ShouldBe(2);
        removed.Sum(step => step.Changed.Canceled).ShouldBe(1);
        Step(engine => engine.List(null, null, 10)).Messages.Select(message => message.Id).ShouldBe(["redriven", "new"]);
    }

    [Fact]
    public void Running_messages_cannot_be_swept() =>
        Should.Throw<ArgumentOutOfRangeException>(() => new Sweep(MessageState.Pending, MessageState.Running));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Twenty_thousand_messages_that_consumers_fail_at_once_are_redriven_once_each(bool onFiles)
    {
        const int Count = 20_000;
        using var directory = new TemporaryDirectory();
        await using IJournal journal = onFiles
            ? FileJournal.Open(new FileJournalOptions { Directory = directory.Path })
            : new MemoryJournal();
        await using var service = new LocalTimestone(journal, new LocalTimestoneOptions { Defaults = Settings });
        foreach (var ids in Enumerable.Range(0, Count).Chunk(Limits.MaxBatch))
            await service.EnqueueAsync(Q, [.. ids.Select(i => new NewMessage { Id = $"m{i}" })]);
        while (await FailSome(service) > 0)
        {
            // Until none is left.
        }

        // The consumers ask before there is anything, so that they are there when the first is redriven, on however busy a machine.
        var (failed, isRedriven) = (0, false);
        var asking = Enumerable.Range(0, 4).Select(static _ => new TaskCompletionSource()).ToArray();
        var consumers = asking.Select(asks => Task.Run(() => ConsumeAsync(asks))).ToArray();
        await Task.WhenAll(asking.Select(static asks => asks.Task));
        var redriven = await service.RedriveAllAsync(Q);
        Volatile.Write(ref isRedriven, true);
        await Task.WhenAll(consumers);
        redriven.ShouldBe(Count);
        failed.ShouldBeInRange(1000, Count, "Consumers fail messages while others are redriven.");

        async Task ConsumeAsync(TaskCompletionSource asks)
        {
            while (!Volatile.Read(ref isRedriven) && failed < 5 * Count)
            {
                Interlocked.Add(ref failed, await FailSome(service));
                asks.TrySetResult();
            }
        }
    }

    [Fact]
    public async Task A_sweep_that_is_given_up_leaves_nothing_behind()
    {
        await using var runner = await RunnerAsync(3000);
        using var giveUp = new CancellationTokenSource();
        var removed = new long[States.Count];
        var purge = SweepCall.RunAsync(runner, new Sweep(MessageState.Pending), (engine, sweep) =>
        {
            giveUp.Cancel();
            return engine.PurgeNext(sweep);
        }, removed, giveUp.Token);
        await Should.ThrowAsync<OperationCanceledException>(purge);
        removed.Sum().ShouldBe(1000);
        (await runner.ExecuteAsync(0, static (engine, _) => engine.SweepCount)).ShouldBe(0);
    }

    [Fact]
    public async Task More_sweeps_than_may_go_on_at_once_take_turns()
    {
        await using var runner = await RunnerAsync(20_000);
        var most = 0;
        var removed = Enumerable.Range(0, 3 * SweepCall.MostAtOnce).Select(_ => new long[States.Count]).ToArray();
        await Task.WhenAll(removed.Select(counts => SweepCall.RunAsync(runner, new Sweep(MessageState.Pending), (engine, sweep) =>
        {
            var step = engine.PurgeNext(sweep);
            most = Math.Max(most, engine.SweepCount);
            return step;
        }, counts, default)));
        removed.Sum(counts => counts.Sum()).ShouldBe(20_000);
        most.ShouldBeInRange(2, SweepCall.MostAtOnce);
        (await runner.ExecuteAsync(0, static (engine, _) => engine.SweepCount)).ShouldBe(0);
    }

    private static async Task<QueueRunner> RunnerAsync(int messages)
    {
        var runner = new QueueRunner((await new MemoryJournal().OpenAsync(Q, TestRows.Queue(Q)))!, TimeProvider.System);
        await runner.ExecuteAsync(
            messages,
            static (engine, count) => engine.Enqueue([.. Enumerable.Range(0, count).Select(i => new NewMessage { Id = $"m{i}" })])
        );
        return runner;
    }

    private static async Task<int> FailSome(LocalTimestone service)
    {
        var taken = (await service.DequeueAsync(Q, new DequeueRequest { Max = 500 })).Messages;
        if (taken.Count > 0)
            await service.SettleAsync(Q, Failures(taken));
        return taken.Count;
    }

    private static Settlement[] Failures(IReadOnlyList<Message> taken) =>
        [.. taken.Select(message => Settlement.Fail(message.Id, message.LeaseToken!, permanent: true))];

    private static StateCounts Counts(MessageState state, long count) => StateCounts.Of(each => each == state ? count : 0);

    private T Step<T>(Func<QueueEngine, T> command)
    {
        _engine.Begin(++_now, _changes);
        _engine.Advance(int.MaxValue).ShouldBeTrue();
        var answer = command(_engine);
        _engine.AssertInvariants();
        return answer;
    }

    private void Put(int count) => Enqueue([.. Enumerable.Range(0, count).Select(i => new NewMessage { Id = $"{_now}-{i}" })]);

    private void Enqueue(params NewMessage[] messages) =>
        Step(engine => engine.Enqueue(messages)).ShouldAllBe(result => result.Error == null);

    private void FailAll() => Step(engine => engine.Settle(Failures(engine.Dequeue(new DequeueRequest { Max = Limits.MaxBatch }))));
}
