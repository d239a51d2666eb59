using System.Runtime.InteropServices;
using Timestone.Engine;

namespace Timestone.Journals.Memory;

/// <summary>What is committed of one queue. Opening and committing exclude each other.</summary>
internal sealed class MemoryQueue(QueueRow row, MemoryOutbox? outbox)
{
    private readonly SequenceTable<StoredRow> _rows = new();
    private QueueRow _row = row;
    private long _epoch;
    private long _lastSequence;

    public string Name { get; } = row.Name;

    /// <summary>Held while it is changed.</summary>
    public Lock Sync { get; } = new();

    /// <summary>Gives the queue to a new epoch, with copies of its rows, as the ones committed belong to who committed them.</summary>
    public (QueueRow Row, List<MessageRow> Rows, long LastSequence) Open(long epoch)
    {
        lock (Sync)
        {
            _epoch = epoch;
            var rows = new List<MessageRow>(_rows.Count);
            rows.AddRange(_rows.InOrder().Select(static stored => stored.Copy()));
            return (_row, rows, _lastSequence);
        }
    }

    /// <summary>Applies a batch; false when the epoch is over.</summary>
    public bool Commit(ChangeBatch changes, long epoch)
    {
        lock (Sync)
        {
            if (_epoch != epoch)
                return false;
            outbox?.Add(OutboxEntry.Of(_row, changes));
            _row = changes.Queue ?? _row;
            foreach (ref readonly var change in CollectionsMarshal.AsSpan(changes.Rows))
            {
                _lastSequence = Math.Max(_lastSequence, change.Row.Sequence);
                if (change.Kind == ChangeKind.Removed)
                {
                    _rows.Remove(change.Row.Sequence);
                    continue;
                }

                ref var stored = ref _rows.Put(change.Row.Sequence);
                stored.Row = change.Row;
                stored.State = change.State;
            }

            return true;
        }
    }

    /// <summary>Ends an epoch without a next; false when it was over.</summary>
    public bool Delete(ChangeBatch changes, long epoch)
    {
        lock (Sync)
        {
            if (_epoch != epoch)
                return false;
            _epoch = long.MaxValue;
            outbox?.Add(OutboxEntry.Of(_row, changes));
            return true;
        }
    }

    /// <summary>Its messages as they are. To be called under <see cref="Sync"/>.</summary>
    public IEnumerable<OutboxEntry> Restate() =>
        _rows.InOrder().Select(stored => OutboxEntry.Restated(_row.Name, _row.CreatedAt, stored.Row, stored.State));

    private struct StoredRow
    {
        public MessageRow Row;
        public RowState State;

        public readonly MessageRow Copy() => Row.In(State);
    }
}
