using System.Threading.Tasks.Sources;
using Timestone.Bytes;
using Timestone.Engine;

namespace Timestone.Journals.Files;

/// <summary>The commit of a batch; used again for the next one of the same opening of a queue, as there is one at a time.</summary>
internal sealed class QueueCommit : LogWrite, IValueTaskSource
{
    private readonly FileJournal _journal;
    private readonly QueueState _queue;
    private readonly long _epoch;
    private readonly ByteWriter _writer = new();
    private ManualResetValueTaskSourceCore<bool> _source;
    private ChangeBatch? _changes;
    private long _reserved;

    public QueueCommit(FileJournal journal, QueueState queue, long epoch)
    {
        (_journal, _queue, _epoch) = (journal, queue, epoch);
        _source.RunContinuationsAsynchronously = !journal.Manual;
    }

    public override bool MayUseReserve => _reserved > 0 || !_changes!.Rows.Exists(static change => change.Kind == ChangeKind.Added);

    public override Span<byte> Record => Failure is null ? _writer.Written : [];

    /// <summary>The task of the commit.</summary>
    public ValueTask Task => new(this, _source.Version);

    /// <summary>Encodes a batch. It is read once more when it is durable.</summary>
    /// <param name="changes">The batch.</param>
    /// <param name="reserved">What was claimed of the reserve for its new messages, to be released when it has ended.</param>
    public void Start(ChangeBatch changes, long reserved)
    {
        if (_changes is not null)
            throw new InvalidOperationException("One commit at a time.");
        _writer.Clear();
        _writer.Skip(Frame.Size);
        RowEncoder.Commit(_writer, _queue.Number, changes, told: _queue.Tells ? _queue.Row ?? changes.Queue : null);
        Frame.Close(_writer.Written);
        _source.Reset();
        Failure = null;
        _changes = changes;
        _reserved = reserved;
    }

    // An opening raises the epoch and then waits for a turn of the writer: what has had its turn before is in the log that the
    // opening reads, what has it later finds the epoch raised.
    public override void Prepare()
    {
        if (_queue.Epoch != _epoch)
            Failure = new JournalFencedException(_queue.Name, _epoch);
    }

    public override Tally OnDurable(long segment) => _queue.Apply(_changes!, segment);

    public override void Complete()
    {
        _changes = null;
        _writer.Release();
        _journal.Reserve.Release(_reserved);
        if (Failure is null)
            _source.SetResult(true);
        else
            _source.SetException(Failure);
    }

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
