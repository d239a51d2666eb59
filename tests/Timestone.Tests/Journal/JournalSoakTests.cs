using Shouldly;
using Timestone.Engine;
using Timestone.Journals.Files;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Journal;

/// <summary>
/// Random commits, failures, compactions, openings and crashes, each run from a seed, against the rows that were answered.
/// </summary>
[Slow]
public sealed class JournalSoakTests
{
    private const int Runs = 150, Steps = 120;

    [Fact]
    public async Task What_was_answered_is_always_there_and_what_was_refused_never()
    {
        var counts = new Counts();
        for (var seed = 0; seed < Runs; seed++)
        {
            try
            {
                await new Run(seed, counts).GoAsync();
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Seed {seed}: {failure.Message}", failure);
            }
        }

        // The seeds are the same each time, and so is what happens.
        counts.Commits.ShouldBeGreaterThan(40 * Runs);
        counts.Crashes.ShouldBeGreaterThan(2 * Runs);
        counts.Failures.ShouldBeGreaterThan(Runs);
        counts.Compactions.ShouldBeGreaterThan(Runs);
    }

    private sealed class Counts
    {
        public int Commits, Crashes, Failures, Compactions;
    }

    private sealed class Run(int seed, Counts counts)
    {
        private readonly Random _random = new(seed);
        private FaultyDisk _disk = new(60 * TestLog.SegmentBytes);
        private FileJournal? _journal;
        private TestQueue? _queue;
        private Task<bool>? _compaction;
        private string[] _answered = [];
        private string[]? _unknown;
        private long _sequence;

        public async Task GoAsync()
        {
            for (var step = 0; step < Steps; step++)
            {
                _disk.Fails = _ => _random.Next(150) == 0;
                try
                {
                    await StepAsync();
                }
                catch (IOException)
                {
                    // A failure is an answer too; what it leaves open, the next opening decides.
                    _queue = null;
                    counts.Failures++;
                }
            }

            _disk.Fails = static _ => false;
            Crash();
            await OpenAsync();
        }

        private async Task StepAsync()
        {
            if (_queue is null)
                await OpenAsync();
            switch (_random.Next(40))
            {
                case 0:
                    Crash();
                    break;
                case 1:
                    await OpenAsync();
                    break;
                case 2:
                    _journal!.Housekeep();
                    break;
                case < 6:
                    Compact();
                    break;
                default:
                    await CommitAsync();
                    break;
            }
        }

        private async Task OpenAsync()
        {
            try
            {
                _journal ??= TestLog.Open(_disk);
                _queue = await TestQueue.OpenAsync(_journal);
            }
            catch (IOException)
            {
                // Nothing but a start decides what a dead journal holds.
                Crash();
                throw;
            }

            var contents = _queue.Contents;
            if (_unknown is null || !contents.SequenceEqual(_unknown))
                contents.ShouldBe(_answered);
            (_answered, _unknown) = (contents, null);
        }

        private async Task CommitAsync()
        {
            var batch = new ChangeBatch();
            for (var count = _random.Next(1, 12); count > 0; count--)
                Change(batch);
            _unknown = _queue!.Contents;
            await _queue.CommitAsync(batch);
            (_answered, _unknown) = (_unknown, null);
            counts.Commits++;
        }

        private void Change(ChangeBatch batch)
        {
            var rows = _queue!.Rows;
            var row = rows.Count == 0 ? null : rows.Values.ElementAt(_random.Next(rows.Count));
            switch (_random.Next(4))
            {
                case 0 when row is not null:
                    batch.Rows.Add(TestRows.Changed(row, TestRows.Lease(row, (ulong)_random.NextInt64())));
                    break;
                case < 3 when row is not null && rows.Count > 20:
                    batch.Rows.Add(TestRows.Removed(row));
                    rows.Remove(row.Sequence);
                    break;
                case 3 when row is { State.Lease: not null }:
                    batch.Rows.Add(TestRows.Changed(row, TestRows.Complete(row, new byte[_random.Next(500)])));
                    break;
                default:
                    var added = TestRows.Row(++_sequence, _random.Next(600));
                    rows.Add(added.Sequence, added);
                    batch.Rows.Add(TestRows.Added(added));
                    break;
            }
        }

        // Goes on while others commit: the owner's part of it ends with some later turn of the writer.
        private void Compact()
        {
            if (_compaction is null or { IsCompleted: true })
            {
                _compaction = _journal!.CompactAsync();
                counts.Compactions++;
            }

            if (!_compaction.IsCompleted)
                _journal!.WritePending();
        }

        // The end of the process alone leaves what was written; the loss of power leaves what was flushed, and some of the rest.
        private void Crash()
        {
            if (_random.Next(2) == 0)
                _disk = _disk.Crash(() => _random.Next(2) == 0);
            (_journal, _queue, _compaction) = (null, null, null);
            counts.Crashes++;
        }
    }
}
