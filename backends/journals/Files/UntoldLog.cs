using System.Runtime.CompilerServices;
using Timestone.Bytes;
using Timestone.Engine;

namespace Timestone.Journals.Files;

/// <summary>
/// For a reader of a log whose older part is not told in full, as it was written by an earlier version or with the outbox off:
/// follows it from its first byte on, and remembers each message without its payload, to tell what happens to it.
/// </summary>
/// <param name="rowOf">A queue's row by its number, as it is now; null where it is gone.</param>
internal sealed class UntoldLog(Func<uint, QueueRow?> rowOf)
{
    private readonly Dictionary<uint, (QueueRow? Row, SequenceTable<MessageRow> Messages)> _queues = [];

    /// <summary>Follows the rest of a commit that is not told in full, and adds what it tells.</summary>
    public void Decode(ref ByteReader reader, RowDecoder rows, uint number, int flags, QueueRow? written, List<OutboxEntry> entries)
    {
        if (!_queues.TryGetValue(number, out var queue))
            queue = (null, new());
        // The record that says what the queue is can stand further on, when compaction has written it again.
        _queues[number] = queue = queue with { Row = written ?? queue.Row ?? rowOf(number) };
        var count = reader.Int();
        var origin = count == 0 ? 0 : reader.Signed();
        var sequence = 0L;
        for (; count > 0; count--)
        {
            var (kind, cause) = RecordFormat.Split(reader.Byte());
            sequence += reader.Signed();
            // Of a queue that is known nowhere, its deletion comes.
            if (Read(ref reader, rows, queue.Messages, kind, cause, sequence, origin) is { } change && queue.Row is { } row
                && OutboxEntry.Of(row.Name, row.CreatedAt, withPayload: false, change) is { } entry)
                entries.Add(entry);
        }

        if ((flags & RecordFormat.Deleted) == 0)
            return;
        _queues.Remove(number);
        if (queue.Row is { } deleted)
            entries.Add(OutboxEntry.Deleted(deleted.Name, deleted.CreatedAt, deleted.CreatedAt));
    }

    /// <summary>Follows a change that is told in full.</summary>
    public void Apply(uint number, in OutboxEntry entry)
    {
        if (!_queues.TryGetValue(number, out var queue))
            _queues.Add(number, queue = (null, new()));
        if (entry.Kind == OutboxEntryKind.Removed)
            queue.Messages.Remove(entry.Sequence);
        else
            queue.Messages.Put(entry.Sequence) = RowOf(entry);
    }

    /// <summary>Follows a deletion.</summary>
    public void Forget(uint number) => _queues.Remove(number);

    // As much of it as telling what happens to it next takes.
    private static MessageRow RowOf(in OutboxEntry entry) => new()
    {
        Id = entry.Id,
        Sequence = entry.Sequence,
        Priority = entry.Priority,
        EnqueuedAt = entry.EnqueuedAt,
        Payload = [],
        PayloadKind = PayloadKind.None,
        Metadata = entry.Metadata,
        Terms = entry.HasDeadline ? new EnqueueTerms(OrderSource.Deadline, null, null, null) : null,
        State = new RowState { State = entry.State, UpdatedAt = entry.At, Version = entry.Version, Attempt = entry.Attempt },
    };

    // Null where nothing is to be told: of a message whose content is gone, its being written again or its removal comes.
    private static RowChange? Read(
        ref ByteReader reader,
        RowDecoder rows,
        SequenceTable<MessageRow> messages,
        ChangeKind kind,
        TransitionCause? cause,
        long sequence,
        long origin
    )
    {
        ref var known = ref messages.Find(sequence);
        var before = Unsafe.IsNullRef(ref known) ? null : known;
        switch (kind)
        {
            case ChangeKind.Removed:
                messages.Remove(sequence);
                return before is null
                    ? null
                    : new RowChange(kind, cause, before.State.State, before.State.UpdatedAt, origin, before, before.State);
            case ChangeKind.Changed:
                var state = rows.State(ref reader, origin);
                if (before is null)
                    return null;
                known = before.In(state);
                return new RowChange(kind, cause, before.State.State, before.State.UpdatedAt, state.UpdatedAt, known!, state);
            default:
                var row = rows.Content(ref reader, sequence, origin, withPayload: false);
                messages.Put(sequence) = row;
                return new RowChange(kind, cause, null, row.State.UpdatedAt, row.State.UpdatedAt, row, row.State);
        }
    }
}
