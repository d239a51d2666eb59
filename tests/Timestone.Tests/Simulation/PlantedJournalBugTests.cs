using Timestone.Engine;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Simulation;

/// <summary>
/// That the simulation of the journal finds what it is there to find: each of these journals must be caught within a few hundred seeds.
/// </summary>
[Slow]
public sealed class PlantedJournalBugTests(ITestOutputHelper output)
{
    private const int MostSeeds = 300;

    [Fact]
    public void A_disk_that_lies_about_flushes_is_caught() =>
        Caught(new Sabotage { LiesAboutFlushes = true });

    [Fact]
    public void A_journal_that_acknowledges_before_it_has_flushed_is_caught() =>
        Caught(new Sabotage { OfJournal = journal => new AnswersEarly(journal) });

    [Fact]
    public void A_journal_that_loses_the_last_change_of_a_batch_is_caught() =>
        Caught(new Sabotage { OfJournal = journal => new LosesTheLastChange(journal) });

    [Fact]
    public void A_journal_that_applies_the_changes_of_a_batch_in_the_wrong_order_is_caught() =>
        Caught(new Sabotage { OfJournal = journal => new ReversesChanges(journal) });

    [Fact]
    public void A_journal_that_stores_damaged_payloads_is_caught() =>
        Caught(new Sabotage { OfJournal = journal => new DamagesPayloads(journal) });

    [Fact]
    public void A_journal_that_forgets_ended_leases_is_caught() =>
        Caught(new Sabotage { OfJournal = journal => new ForgetsEndedLeases(journal) });

    [Fact]
    public void A_journal_that_does_not_tell_an_owner_that_it_is_fenced_is_caught() =>
        Caught(new Sabotage { OfJournal = journal => new HidesFencing(journal) });

    [Fact]
    public void A_high_water_mark_that_is_never_moved_is_caught() =>
        Caught(new Sabotage { LosesMarks = true });

    private void Caught(Sabotage sabotage) =>
        PlantedBugs.MustBreak(Invariant.AcknowledgedIsKept, MostSeeds, seed => JournalSimulation.Run(seed, sabotage), output);

    private abstract class Bad(IQueueJournal journal) : ForwardingQueueJournal(journal)
    {
        public override ValueTask CommitAsync(ChangeBatch changes) => base.CommitAsync(Change(changes));

        // What is committed in the place of a batch.
        protected virtual ChangeBatch Change(ChangeBatch changes) => changes;

        protected static ChangeBatch With(ChangeBatch changes, IEnumerable<RowChange> rows)
        {
            var other = new ChangeBatch { Queue = changes.Queue, Deleted = changes.Deleted, PayloadBytes = changes.PayloadBytes };
            other.Rows.AddRange(rows);
            return other;
        }
    }

    private sealed class AnswersEarly(IQueueJournal journal) : Bad(journal)
    {
        private ValueTask _before;

        public override ValueTask CommitAsync(ChangeBatch changes)
        {
            // The journal takes one commit at a time.
            if (!_before.IsCompleted)
                return base.CommitAsync(changes);
            _before = new ValueTask(base.CommitAsync(With(changes, changes.Rows)).AsTask());
            return ValueTask.CompletedTask;
        }
    }

    private sealed class LosesTheLastChange(IQueueJournal journal) : Bad(journal)
    {
        protected override ChangeBatch Change(ChangeBatch changes) =>
            With(changes, changes.Rows.Count > 1 ? changes.Rows.SkipLast(1) : changes.Rows);
    }

    private sealed class ReversesChanges(IQueueJournal journal) : Bad(journal)
    {
        protected override ChangeBatch Change(ChangeBatch changes) => With(changes, Enumerable.Reverse(changes.Rows));
    }

    private sealed class DamagesPayloads(IQueueJournal journal) : Bad(journal)
    {
        protected override ChangeBatch Change(ChangeBatch changes) => With(changes, changes.Rows.Select(Damaged));

        private static RowChange Damaged(RowChange change)
        {
            var row = change.Row;
            var payload = row.Payload.ToArray();
            payload.AsSpan().Slice(0, Math.Min(1, payload.Length)).Fill((byte)'!');
            return change with
            {
                Row = new MessageRow
                {
                    Id = row.Id,
                    Sequence = row.Sequence,
                    Priority = row.Priority,
                    EnqueuedAt = row.EnqueuedAt,
                    Payload = payload,
                    PayloadKind = row.PayloadKind,
                    Metadata = row.Metadata,
                    Terms = row.Terms,
                },
            };
        }
    }

    private sealed class ForgetsEndedLeases(IQueueJournal journal) : Bad(journal)
    {
        protected override ChangeBatch Change(ChangeBatch changes) =>
            With(changes, changes.Rows.Select(change => change with { State = change.State with { Ended = null } }));
    }

    private sealed class HidesFencing(IQueueJournal journal) : Bad(journal)
    {
        public override async ValueTask CommitAsync(ChangeBatch changes)
        {
            try
            {
                await base.CommitAsync(changes);
            }
            catch (JournalFencedException)
            {
                // Whoever asked takes it for written.
            }
        }
    }
}
