using Timestone.Bytes;
using Timestone.Engine;

namespace Timestone.Journals.Files;

/// <summary>
/// Makes entries of the outbox of the rows of a commit that is told in full, straight from their bytes: besides the message's id, an entry
/// mostly leaves nothing for the garbage collector. In step with <see cref="RowEncoder"/>, <see cref="ToldFormat"/> and
/// docs/file-journal.md.
/// </summary>
internal sealed class ToldReader(RowReader parts)
{
    /// <summary>Whose the rows are, and how they are told.</summary>
    /// <param name="Queue">The queue's name.</param>
    /// <param name="CreatedAt">When it was created.</param>
    /// <param name="WithPayloads">Whether enqueues tell their payloads.</param>
    /// <param name="Origin">What the commit's times are relative to.</param>
    public readonly record struct Head(string Queue, long CreatedAt, bool WithPayloads, long Origin);

    /// <summary>Reads a message's content and state: its enqueue, or that it is written once more.</summary>
    public OutboxEntry Whole(ref ByteReader reader, in Head head, ChangeKind kind, TransitionCause? cause, long sequence)
    {
        var id = reader.Text();
        var priority = head.Origin + reader.Signed();
        var enqueuedAt = head.Origin + reader.Signed();
        var shape = reader.Byte();
        var payload = reader.Bytes();
        var metadata = parts.Metadata(ref reader);
        var order = RowReader.EndOfFixed(ref reader, shape, head.Origin)?.Order ?? OrderSource.Time;
        var state = parts.Told(ref reader, head.Origin);
        return new OutboxEntry
        {
            Kind = kind == ChangeKind.Added ? OutboxEntryKind.Transition : OutboxEntryKind.Restated,
            Queue = head.Queue,
            QueueCreatedAt = head.CreatedAt,
            At = state.At,
            Id = id,
            Sequence = sequence,
            Version = state.Version,
            Since = state.At,
            State = state.State,
            Cause = cause,
            Attempt = state.Attempt,
            Priority = priority,
            HasDeadline = order == OrderSource.Deadline,
            EnqueuedAt = enqueuedAt,
            Metadata = metadata,
            Worker = state.Worker,
            Error = state.Error,
            VisibleAt = state.VisibleAt,
            Payload =
                head.WithPayloads && kind == ChangeKind.Added
                    ? Payload.FromStored((PayloadKind)(shape & RowFormat.PayloadKindBits), payload.ToArray())
                    : null,
        };
    }

    /// <summary>Reads a state and what tells its transition.</summary>
    public OutboxEntry Transition(ref ByteReader reader, in Head head, TransitionCause? cause, long sequence)
    {
        var state = parts.Told(ref reader, head.Origin);
        var id = reader.Text();
        var priority = head.Origin + reader.Signed();
        var bits = reader.Byte();
        var entry = new OutboxEntry
        {
            Kind = OutboxEntryKind.Transition,
            Queue = head.Queue,
            QueueCreatedAt = head.CreatedAt,
            At = state.At,
            Id = id,
            Sequence = sequence,
            Version = state.Version,
            From = ToldFormat.StateIn(bits),
            EnqueuedAt = head.Origin + reader.Signed(),
            Since = head.Origin + reader.Signed(),
            State = state.State,
            Cause = cause,
            Attempt = state.Attempt,
            Priority = priority,
            HasDeadline = ToldFormat.HasDeadlineIn(bits),
            Metadata = parts.Metadata(ref reader),
            Worker = state.Worker,
            Error = state.Error,
            VisibleAt = state.VisibleAt,
        };
        RowReader.SkipFields(ref reader, ToldFormat.HasFieldsIn(bits));
        return entry;
    }

    /// <summary>Reads a removal.</summary>
    public OutboxEntry Removal(ref ByteReader reader, in Head head, TransitionCause? cause, long sequence)
    {
        var (id, at, version) = (reader.Text(), head.Origin + reader.Signed(), 1 + (int)(uint)reader.Varint());
        var bits = reader.Byte();
        var entry = new OutboxEntry
        {
            Kind = OutboxEntryKind.Removed,
            Queue = head.Queue,
            QueueCreatedAt = head.CreatedAt,
            Id = id,
            At = at,
            Sequence = sequence,
            Version = version,
            State = ToldFormat.StateIn(bits),
            Cause = cause,
        };
        if (entry.IsHistoric)
        {
            entry = entry with
            {
                HasDeadline = ToldFormat.HasDeadlineIn(bits),
                Attempt = (int)(uint)reader.Varint(),
                Priority = head.Origin + reader.Signed(),
                EnqueuedAt = head.Origin + reader.Signed(),
                Metadata = parts.Metadata(ref reader),
            };
        }

        RowReader.SkipFields(ref reader, ToldFormat.HasFieldsIn(bits));
        return entry;
    }
}
