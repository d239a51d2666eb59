using Shouldly;
using Timestone.Engine;
using Timestone.Journals.Memory;
using Timestone.Tests.Journal;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Engine;

/// <summary>What a queue's next owner goes on from: the store's clock where it has one, which neither owner reads exactly.</summary>
public sealed class RunnerClockTests : IAsyncDisposable
{
    private readonly MemoryJournal _journal = new();

    public ValueTask DisposeAsync() => _journal.DisposeAsync();

    [Fact]
    public async Task Time_in_which_an_owner_ahead_did_nothing_counts_at_the_next()
    {
        var (right, ahead) = (new ManualTimeProvider(), new ManualTimeProvider());
        ahead.Jump(TimeSpan.FromSeconds(20));
        await OnRunnerAsync(ahead, right, runner => LeaseAsync(runner, TimeSpan.FromSeconds(10)));
        right.Advance(TimeSpan.FromSeconds(8));
        await OnRunnerAsync(
            right,
            right,
            async runner =>
            {
                right.Advance(TimeSpan.FromSeconds(1.9));
                (await RunningAsync(runner)).ShouldBe(1);
                right.Advance(TimeSpan.FromSeconds(0.3));
                (await RunningAsync(runner)).ShouldBe(0);
            }
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_is_held_up_while_it_reads_the_clocks_puts_no_queue_ahead(bool hasClock)
    {
        var time = new ManualTimeProvider();
        var slow = new SlowTimeProvider(time, TimeSpan.FromMilliseconds(50));
        var store = hasClock ? time : null;
        await OnRunnerAsync(
            slow,
            store,
            async runner =>
            {
                var lease = await LeaseAsync(runner, TimeSpan.FromSeconds(10));
                for (var i = 0; i < 10; i++)
                {
                    time.Advance(TimeSpan.FromSeconds(1));
                    await runner.ExecuteAsync(
                        lease,
                        static (engine, message) =>
                            engine.Extend([new LeaseExtension { Id = message.Id, LeaseToken = message.LeaseToken! }])
                    );
                }
            }
        );
        await OnRunnerAsync(
            time,
            store,
            runner =>
            {
                runner.Ahead.ShouldBe(TimeSpan.Zero);
                return Task.CompletedTask;
            }
        );
    }

    [Fact]
    public async Task What_an_owner_notes_that_was_suspended_is_right_when_its_commits_have_been_answered()
    {
        var (time, store) = (new ManualTimeProvider(), new ManualTimeProvider());
        await using (var journal = new JournalThatAsks((await _journal.OpenAsync("q", TestRows.Queue("q")))!, time, store))
        {
            await using var runner = new QueueRunner(journal, time);
            var lease = await LeaseAsync(runner, TimeSpan.FromHours(9));
            // The monotonic clock stands meanwhile.
            time.Jump(TimeSpan.FromHours(1));
            store.Advance(TimeSpan.FromHours(1));
            await runner.ExecuteAsync(
                lease,
                static (engine, message) => engine.Extend([new LeaseExtension { Id = message.Id, LeaseToken = message.LeaseToken! }])
            );
        }

        await OnRunnerAsync(
            time,
            store,
            runner =>
            {
                runner.Ahead.ShouldBe(TimeSpan.Zero);
                return Task.CompletedTask;
            }
        );
    }

    private async Task OnRunnerAsync(TimeProvider time, TimeProvider? store, Func<QueueRunner, Task> use)
    {
        var opened = (await _journal.OpenAsync("q", TestRows.Queue("q")))!;
        await using var journal = store is null ? opened : new JournalWithClock(opened, store);
        await using var runner = new QueueRunner(journal, time);
        await use(runner);
    }

    private static async Task<Message> LeaseAsync(QueueRunner runner, TimeSpan lease)
    {
        await runner.ExecuteAsync(0, static (engine, _) => engine.Enqueue([new NewMessage { Id = "a" }]));
        return (await runner.DequeueAsync(new DequeueRequest { Lease = lease })).Messages.ShouldHaveSingleItem();
    }

    private static Task<long> RunningAsync(QueueRunner runner) => runner.DepthAsync(MessageState.Running, Metadata.Empty);

    private sealed class JournalWithClock(IQueueJournal inner, TimeProvider clock) : ForwardingQueueJournal(inner)
    {
        public override StoreTime? StoreTime
        {
            get
            {
                // Its answer took a while.
                var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
                return new StoreTime(now - 5, now + 5);
            }
        }
    }

    /// <summary>
    /// Its store says its time when the queue's row is committed; in between it is reckoned by the owner's monotonic clock.
    /// </summary>
    private sealed class JournalThatAsks(IQueueJournal inner, TimeProvider owner, TimeProvider store) : ForwardingQueueJournal(inner)
    {
        private (DateTimeOffset Said, long Timestamp) _answer = (store.GetUtcNow(), owner.GetTimestamp());

        public override StoreTime? StoreTime
        {
            get
            {
                var now = (_answer.Said + owner.GetElapsedTime(_answer.Timestamp)).ToUnixTimeMilliseconds();
                return new StoreTime(now, now + 1);
            }
        }

        public override async ValueTask CommitAsync(ChangeBatch changes)
        {
            var says = changes.Queue is not null;
            await base.CommitAsync(changes);
            if (says)
                _answer = (store.GetUtcNow(), owner.GetTimestamp());
        }
    }

    /// <summary>Whoever asks for a timestamp gets it after a while.</summary>
    private sealed class SlowTimeProvider(ManualTimeProvider inner, TimeSpan delay) : TimeProvider
    {
        public override long TimestampFrequency => inner.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

        public override long GetTimestamp()
        {
            inner.Advance(delay);
            return inner.GetTimestamp();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            inner.CreateTimer(callback, state, dueTime, period);
    }
}
