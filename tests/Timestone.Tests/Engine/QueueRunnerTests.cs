using Shouldly;
using Timestone.Engine;
using Timestone.Journals.Memory;
using Timestone.Tests.Journal;
using Timestone.Tests.Outbox;
using Timestone.Tests.Simulation;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Engine;

public sealed class QueueRunnerTests
{
    private readonly SimulatedScheduler _scheduler = new();

    [Fact]
    public async Task Without_retention_a_message_that_ended_is_gone_for_the_next_command_of_the_same_batch()
    {
        var row = TestRows.Queue("orders") with { Settings = new QueueSettings { Retention = TimeSpan.Zero } };
        var runner = new QueueRunner((await new MemoryJournal().OpenAsync("orders", row))!, new ManualTimeProvider(), _scheduler);
        var enqueued = Ask(runner, static engine => engine.Enqueue([new NewMessage { Id = "a" }]));
        var canceled = Ask(runner, static engine => engine.Cancel([new Cancellation { Id = "a" }]));
        var seen = Ask(runner, static engine => engine.Get("a"));
        var again = Ask(runner, static engine => engine.Enqueue([new NewMessage { Id = "a" }]));
        _scheduler.RunAll();
        (await enqueued).Single().Duplicate.ShouldBe(false);
        (await canceled).Single().State.ShouldBe(MessageState.Canceled);
        (await seen).ShouldBeNull();
        (await again).Single().Duplicate.ShouldBe(false);
    }

    [Fact]
    public async Task What_happens_in_the_batch_that_deletes_the_queue_is_told_before_that()
    {
        var journal = new MemoryJournal(outboxLimit: 100);
        var runner = new QueueRunner((await journal.OpenAsync("orders", TestRows.Queue("orders")))!, new ManualTimeProvider(), _scheduler);
        var enqueued = Ask(runner, static engine => engine.Enqueue([new NewMessage { Id = "a" }]));
        var deleted = Ask(runner, static engine =>
        {
            engine.Delete();
            return true;
        });
        _scheduler.RunAll();
        (await enqueued).Single().Duplicate.ShouldBe(false);
        (await deleted).ShouldBeTrue();
        await using var reader = journal.Outbox!.OpenReader("index", OutboxStart.Acknowledged);
        (await Reading.TakeAsync(reader, 2))
            .Select(static entry => (entry.Kind, entry.Id))
            .ShouldBe([(OutboxEntryKind.Transition, "a"), (OutboxEntryKind.QueueDeleted, "")]);
    }

    [Fact]
    public async Task Whatever_a_journal_throws_while_a_request_is_applied_the_request_is_answered()
    {
        var journal = new Unreservable((await new MemoryJournal().OpenAsync("orders", TestRows.Queue("orders")))!);
        var runner = new QueueRunner(journal, new ManualTimeProvider(), _scheduler);
        var enqueued = Ask(runner, static engine => engine.Enqueue([new NewMessage { Id = "a" }]));
        _scheduler.RunAll();
        enqueued.IsCompleted.ShouldBeTrue();
        (await Should.ThrowAsync<TimestoneException>(enqueued)).Code.ShouldBe(ErrorCode.Unavailable);
        (await runner.Stopped).ShouldBeOfType<UnauthorizedAccessException>();
    }

    [Fact]
    public async Task While_a_queue_is_ahead_of_the_wall_clock_its_timer_waits_as_much_longer()
    {
        var time = new ManualTimeProvider();
        var runner = new QueueRunner((await new MemoryJournal().OpenAsync("orders", TestRows.Queue("orders")))!, time, _scheduler);
        time.Jump(TimeSpan.FromHours(1));
        _ = Ask(runner, static engine => engine.Enqueue([new NewMessage { Id = "a", Invisible = TimeSpan.FromSeconds(9) }]));
        _scheduler.RunAll();
        time.Jump(TimeSpan.FromHours(-1));
        var waiting = runner.DequeueAsync(new DequeueRequest { Wait = TimeSpan.FromSeconds(20) });
        _scheduler.RunAll();
        runner.Ahead.ShouldBe(TimeSpan.FromHours(1));

        // Nothing but its timer wakes the runner: it is neither early nor late for 9 s of the queue's time.
        var passed = 0;
        for (; !waiting.IsCompleted; passed++)
        {
            passed.ShouldBeLessThan(20_000);
            time.Advance(TimeSpan.FromMilliseconds(1));
            _scheduler.RunAll();
        }

        passed.ShouldBe(9_091);
        (await waiting).Messages.ShouldHaveSingleItem().Id.ShouldBe("a");
        runner.Ahead.ShouldBe(TimeSpan.FromMilliseconds(3_600_000 - 91));
    }

    private static Task<T> Ask<T>(QueueRunner runner, Func<QueueEngine, T> command) =>
        runner.ExecuteAsync(command, static (engine, asked) => asked(engine));

    private sealed class Unreservable(IQueueJournal inner) : ForwardingQueueJournal(inner)
    {
        public override bool TryReserve(RoomUse use, long bytes, MessageRow? row = null) =>
            throw new UnauthorizedAccessException("Injected.");
    }
}
