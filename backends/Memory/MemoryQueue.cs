using System.Runtime.InteropServices;
using Timestone.Engine;

namespace Timestone.Backends.Memory;

/// <summary>What is committed of one queue. Opening and committing exclude each other.</summary>
internal sealed class MemoryQueue(QueueRow row)
{
    private readonly SequenceTable<StoredRow> _rows = new();
    private readonly Lock _sync = new();
    private QueueRow _row = row;
    private long _epoch;
    private long _lastSequence;

    public string Name { get; } = row.Name;

    /// <summary>Gives the queue to a new epoch, with copies of its rows, as the ones committed belong to who committed them.</summary>
    public (QueueRow Row, List<MessageRow> Rows, long LastSequence) Open(long epoch)
    {
        lock (_sync)
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
        lock (_sync)
        {
            if (_epoch != epoch)
                return false;
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
    public bool Fence(long epoch)
    {
        lock (_sync)
        {
            if (_epoch != epoch)
                return false;
            _epoch = long.MaxValue;
            return true;
        }
    }

    private struct StoredRow
    {
        public MessageRow Row;
        public RowState State;

        public readonly MessageRow Copy() => Row.In(State);
    }
}
