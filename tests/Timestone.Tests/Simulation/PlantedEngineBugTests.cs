using Timestone.Engine;
using Timestone.Tests.Reference;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Simulation;

/// <summary>
/// That the simulation finds what it is there to find: for each invariant an engine that breaks it, which must be caught
/// breaking it within a few hundred seeds.
/// </summary>
[Slow]
public sealed class PlantedEngineBugTests(ITestOutputHelper output)
{
    private const int MostSeeds = 400;

    [Fact]
    public void An_engine_that_forgets_a_change_is_caught() =>
        Caught(Invariant.AcknowledgedIsKept, queue => new LosesAChange(queue));

    [Fact]
    public void An_engine_that_leases_a_running_message_again_is_caught() =>
        Caught(Invariant.LeasedOnce, queue => new ForgetsLeases(queue));

    [Fact]
    public void An_engine_that_does_not_lock_exclusivity_values_is_caught() =>
        Caught(Invariant.OneRunningPerValue, queue => new NeverLocks(queue));

    [Fact]
    public void An_engine_that_breaks_ties_the_wrong_way_is_caught() =>
        Caught(Invariant.OrderIsRespected, queue => new ReversesTies(queue));

    [Fact]
    public void An_engine_that_forgets_ended_leases_when_it_is_reopened_is_caught() =>
        Caught(Invariant.RepeatsAnswerEqually, queue => new ForgetsEndedLeases(queue));

    [Fact]
    public void An_engine_that_forgets_who_asked_is_caught() =>
        Caught(Invariant.RepeatsAnswerEqually, queue => new ForgetsRequests(queue));

    [Fact]
    public void An_engine_that_miscounts_by_one_is_caught() =>
        Caught(Invariant.CountsEqualContents, queue => new Miscounts(queue));

    [Fact]
    public void An_engine_that_serves_a_part_of_a_filter_is_caught() =>
        Caught(Invariant.OrderIsRespected, queue => new ServesPartOfAFilter(queue));

    [Fact]
    public void An_engine_that_passes_over_the_best_match_of_a_filter_is_caught() =>
        Caught(Invariant.OrderIsRespected, queue => new PassesOverTheBestMatch(queue));

    [Fact]
    public void An_engine_that_settles_expired_leases_is_caught() =>
        Caught(Invariant.AnswersEqualReference, queue => new SettlesLate(queue));

    [Fact]
    public void An_engine_that_enqueues_while_blocked_is_caught() =>
        Caught(Invariant.AnswersEqualReference, queue => new IgnoresBlocks(queue));

    [Fact]
    public void An_engine_that_takes_a_repeated_offset_for_another_priority_is_caught() =>
        Caught(Invariant.RepeatsAnswerEqually, queue => new FixesOffsets(queue));

    [Fact]
    public void An_engine_whose_sweeps_follow_their_own_tail_is_caught() =>
        Caught(Invariant.AnswersEqualReference, queue => new FollowsItsTail(queue));

    private void Caught(Invariant invariant, Func<QueueRow, EngineSubject> make) =>
        PlantedBugs.MustBreak(invariant, MostSeeds, seed => EngineSimulation.Run(seed, make), output);

    private sealed class LosesAChange(QueueRow queue) : EngineSubject(queue)
    {
        private int _changes;

        protected override void Store(ChangeBatch changes)
        {
            changes.Rows.RemoveAll(change => change.Kind == ChangeKind.Added && ++_changes % 7 == 0);
            base.Store(changes);
        }
    }

    private sealed class ForgetsLeases(QueueRow queue) : EngineSubject(queue)
    {
        // A second consumer gives back what the first one holds.
        public override object Answer(long now, Command command, JournalRoom room)
        {
            var answer = base.Answer(now, command, room);
            if (answer is DequeueResult { Messages: [var first, ..] })
                base.Answer(now, new SettleCommand([Settlement.Release(first.Id, first.LeaseToken!)]), room);
            return answer;
        }
    }

    private sealed class NeverLocks(QueueRow queue)
        : EngineSubject(queue with { Settings = queue.Settings with { Type = QueueType.Simple, ExclusivityKey = null } });

    private sealed class ReversesTies(QueueRow queue) : EngineSubject(queue)
    {
        public override object Answer(long now, Command command, JournalRoom room)
        {
            if (command is not EnqueueCommand enqueue)
                return base.Answer(now, command, room);
            var results = (MessageResult[])base.Answer(now, new EnqueueCommand([.. enqueue.Messages.Reverse()]), room);
            Array.Reverse(results);
            return results;
        }
    }

    private sealed class ForgetsEndedLeases(QueueRow queue) : EngineSubject(queue)
    {
        protected override void Store(ChangeBatch changes)
        {
            for (var i = 0; i < changes.Rows.Count; i++)
                changes.Rows[i] = changes.Rows[i] with { State = changes.Rows[i].State with { Ended = null } };
            base.Store(changes);
        }
    }

    private sealed class ForgetsRequests(QueueRow queue) : EngineSubject(queue)
    {
        public override object Answer(long now, Command command, JournalRoom room) =>
            base.Answer(
                now,
                command is DequeueCommand dequeue ? new DequeueCommand(dequeue.Request with { RequestId = null }) : command,
                room
            );
    }

    private sealed class Miscounts(QueueRow queue) : EngineSubject(queue)
    {
        public override object Answer(long now, Command command, JournalRoom room) =>
            base.Answer(now, command, room) is var answer
            && command is DepthCommand { State: MessageState.Running }
            && answer is long and > 1 and var count
                ? count - 1
                : answer;
    }

    // What a walk over another key set's group does when it does not look at the rest of the filter.
    private sealed class ServesPartOfAFilter(QueueRow queue) : EngineSubject(queue)
    {
        public override object Answer(long now, Command command, JournalRoom room) =>
            base.Answer(
                now,
                command is DequeueCommand { Request.Filter.Count: > 1 } dequeue
                    ? new DequeueCommand(dequeue.Request with { Filter = Part(dequeue.Request.Filter) })
                    : command,
                room
            );

        private static Metadata Part(Metadata filter) => Metadata.From(filter.Take(1));
    }

    // What an index does that has lost a message while it was built.
    private sealed class PassesOverTheBestMatch(QueueRow queue) : EngineSubject(queue)
    {
        public override object Answer(long now, Command command, JournalRoom room)
        {
            if (command is not DequeueCommand { Request: { Filter.Count: > 0, Max: 1 } request })
                return base.Answer(now, command, room);
            var both = (DequeueResult)base.Answer(now, new DequeueCommand(request with { Max = 2 }), room);
            if (both.Messages is not [var best, _])
                return both;
            base.Answer(now, new SettleCommand([Settlement.Release(best.Id, best.LeaseToken!)]), room);
            return both with { Messages = [both.Messages[1]] };
        }
    }

    private sealed class SettlesLate(QueueRow queue) : EngineSubject(queue)
    {
        private long _before;

        // A settlement is taken for one that came when the command before it did.
        public override object Answer(long now, Command command, JournalRoom room)
        {
            _before = command is SettleCommand ? _before : now;
            return base.Answer(_before, command, room);
        }
    }

    // As if the caller had added the offset to its own time.
    private sealed class FixesOffsets(QueueRow queue) : EngineSubject(queue)
    {
        public override object Answer(long now, Command command, JournalRoom room) =>
            base.Answer(
                now,
                command is EnqueueCommand enqueue
                    ? new EnqueueCommand([.. enqueue.Messages.Select(message => Fixed(message, now))])
                    : command,
                room
            );

        private static NewMessage Fixed(NewMessage message, long now) =>
            message is { PriorityOffset: { } offset, Priority: null, Deadline: null }
                ? message with { PriorityOffset = null, Priority = now + (long)offset.TotalMilliseconds }
                : message;
    }

    // What came back is covered anew.
    private sealed class FollowsItsTail(QueueRow queue) : EngineSubject(queue)
    {
        private readonly Dictionary<int, SweepCommand> _begun = [];

        public override object Answer(long now, Command command, JournalRoom room)
        {
            if (command is SweepCommand step)
            {
                base.Answer(now, new EndSweepCommand(step.Number), room);
                _begun.TryAdd(step.Number, step);
                var answer = base.Answer(now, _begun[step.Number], room);
                if (answer is SweepStep { IsDone: true })
                    _begun.Remove(step.Number);
                return answer;
            }

            if (command is EndSweepCommand end)
                _begun.Remove(end.Number);
            return base.Answer(now, command, room);
        }

        public override void Reopen()
        {
            _begun.Clear();
            base.Reopen();
        }
    }

    private sealed class IgnoresBlocks(QueueRow queue) : EngineSubject(queue)
    {
        public override object Answer(long now, Command command, JournalRoom room)
        {
            var answer = base.Answer(now, command, room);
            if (command is UpdateCommand { Patch.EnqueueBlocked: true })
                base.Answer(now, new UpdateCommand(new QueueSettingsPatch { EnqueueBlocked = false }), room);
            return answer;
        }
    }
}
