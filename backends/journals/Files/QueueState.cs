using System.Runtime.InteropServices;
using Timestone.Engine;

namespace Timestone.Journals.Files;

/// <summary>What the journal remembers of a queue: little, as the messages are its owner's.</summary>
/// <param name="number">See <see cref="Number"/>.</param>
/// <param name="name">See <see cref="Name"/>.</param>
/// <param name="tells">Whether its commits are told in full.</param>
internal sealed class QueueState(uint number, string name, bool tells)
{
    private readonly Lock _sync = new();
    private readonly SequenceSet _stored = new();
    private readonly HashSet<long> _awaited = [];
    private IEnumerable<MessageRow>? _recovered;
    private volatile QueueRow? _row;
    private long _epoch;
    private long _rowSegment;
    private long _lastSequence;
    private long _sequenceSegment;

    /// <summary>The number that its records name it by; never used again in this process.</summary>
    public uint Number { get; } = number;

    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>Held while it is opened, so that openings follow one another.</summary>
    public SemaphoreSlim Opening { get; } = new(1, 1);

    /// <summary>Whether its commits are told in full.</summary>
    public bool Tells => tells;

    /// <summary>The latest opening: the only one that may commit.</summary>
    public long Epoch
    {
        get => Volatile.Read(ref _epoch);
        set => Volatile.Write(ref _epoch, value);
    }

    /// <summary>Its row as it is durable; null before it is created.</summary>
    public QueueRow? Row => _row;

    /// <summary>The segment in which its row was written last.</summary>
    public long RowSegment => Volatile.Read(ref _rowSegment);

    /// <summary>The highest sequence that a message of it had, as far as the log tells or told.</summary>
    public long LastSequence => Volatile.Read(ref _lastSequence);

    /// <summary>Whether it was deleted: a queue of the same name is another one.</summary>
    public bool Deleted { get; private set; }

    /// <summary>Whom to ask for rows to be written once more; null while nobody has it open.</summary>
    public IRowRewriter? Owner { get; set; }

    /// <summary>What its messages count for.</summary>
    public Tally Tally { get; private set; }

    /// <summary>Makes it what recovery found.</summary>
    public static QueueState Of(RecoveredQueue recovered, bool tells)
    {
        var queue = new QueueState(recovered.Number, recovered.Row!.Name, tells)
        {
            _row = recovered.Row,
            _rowSegment = recovered.RowSegment,
            _lastSequence = recovered.LastSequence,
            _sequenceSegment = recovered.SequenceSegment,
        };
        queue.Tally = Tally.OfQueue;
        foreach (var row in recovered.Rows.InOrder())
        {
            queue._stored.Add(row.Sequence);
            queue.Tally += queue.Count(row.State, row);
        }

        queue._recovered = recovered.Rows.InOrder();
        return queue;
    }

    /// <summary>The rows that recovery found, the first time it is asked; they are current, as nobody has had the queue open.</summary>
    public IEnumerable<MessageRow>? TakeRecovered() => Interlocked.Exchange(ref _recovered, null);

    /// <summary>Applies a batch that has become durable; answers what that changes.</summary>
    public Tally Apply(ChangeBatch changes, long segment)
    {
        lock (_sync)
        {
            var before = Tally;
            foreach (ref readonly var change in CollectionsMarshal.AsSpan(changes.Rows))
            {
                Apply(in change);
                if (change.Row.Sequence >= _lastSequence)
                    (_lastSequence, _sequenceSegment) = (change.Row.Sequence, segment);
            }

            if (changes.Queue is { } row)
            {
                if (_row is null)
                    Tally += Tally.OfQueue;
                (_row, _rowSegment) = (row, segment);
            }

            if (changes.Deleted)
            {
                (Deleted, Owner, Tally) = (true, null, default);
                _row = null;
                Epoch = long.MaxValue;
            }

            return Tally - before;
        }
    }

    /// <summary>Notes that its row was written again.</summary>
    public void Restated(long segment) => Volatile.Write(ref _rowSegment, segment);

    /// <summary>
    /// Whether nothing names its last sequence any more when the segments up to one are deleted and what is stored is written again.
    /// </summary>
    public bool LosesSequence(long segment)
    {
        lock (_sync)
            return !Deleted && _lastSequence > 0 && _sequenceSegment <= segment && !_stored.Contains(_lastSequence);
    }

    /// <summary>Notes that its last sequence was written again.</summary>
    public void SequenceNoted(long segment)
    {
        lock (_sync)
            _sequenceSegment = Math.Max(_sequenceSegment, segment);
    }

    /// <summary>Whether a message's content may still be needed.</summary>
    public bool MayStore(long sequence)
    {
        lock (_sync)
            return !Deleted && _stored.Contains(sequence);
    }

    /// <summary>Begins to watch that messages are written again or removed.</summary>
    public void Await(IEnumerable<RowKey> keys)
    {
        lock (_sync)
        {
            _awaited.Clear();
            foreach (var key in keys)
            {
                if (_stored.Contains(key.Sequence))
                    _awaited.Add(key.Sequence);
            }
        }
    }

    /// <summary>Whether all of them durably were.</summary>
    public bool AwaitedAllDone()
    {
        lock (_sync)
            return Deleted || _awaited.Count == 0;
    }

    private Tally Count(in RowState state, MessageRow row) => Tally.Of(state.State, RowEncoder.LiveBytes(row), state.Bytes, Told(row));

    private long Told(MessageRow row) => tells ? ToldFormat.MostBytes(Name, row) : 0;

    private void Apply(in RowChange change)
    {
        var sequence = change.Row.Sequence;
        switch (change.Kind)
        {
            case ChangeKind.Added when _stored.Add(sequence):
                Tally += Count(change.State, change.Row);
                break;
            case ChangeKind.Changed when change.From is { } from:
                var told = Told(change.Row);
                Tally += Tally.InState(change.State.State, change.State.Bytes, told) - Tally.InState(from, change.BytesBefore, told);
                break;
            case ChangeKind.Removed when _stored.Remove(sequence):
                Tally -= Count(change.State, change.Row);
                _awaited.Remove(sequence);
                break;
            case ChangeKind.Rewritten:
                _awaited.Remove(sequence);
                Tally += new Tally(0, 0, 0, Rewritten: RowEncoder.LiveBytes(change.Row) + change.State.Bytes);
                break;
        }
    }
}
