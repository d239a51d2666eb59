using Timestone.Bytes;
using Timestone.Engine;

namespace Timestone.Journals;

/// <summary>
/// Decodes the two parts of a message. In step with <see cref="RowWriter"/>, docs/file-journal.md and docs/redis-journal.md.
/// </summary>
internal sealed class RowReader
{
    private readonly MetadataCache _metadata = new();
    private readonly TextCache _texts = new();

    /// <summary>What is fixed at a message's enqueue; its state is still to be set.</summary>
    /// <param name="reader">Where it stands.</param>
    /// <param name="id">The id.</param>
    /// <param name="sequence">The sequence.</param>
    /// <param name="priority">The priority.</param>
    /// <param name="origin">What times are relative to.</param>
    /// <param name="withPayload">Whether the payload is wanted; else it is left empty.</param>
    public MessageRow Fixed(ref ByteReader reader, string id, long sequence, long priority, long origin, bool withPayload = true)
    {
        var enqueuedAt = origin + reader.Signed();
        var shape = reader.Byte();
        var payload = reader.Bytes();
        var metadata = _metadata.Read(ref reader, _texts);
        return new MessageRow
        {
            Id = id,
            Sequence = sequence,
            Priority = priority,
            EnqueuedAt = enqueuedAt,
            PayloadKind = (PayloadKind)(shape & RowFormat.PayloadKindBits),
            Payload = payload.IsEmpty || !withPayload ? [] : payload.ToArray(),
            Metadata = metadata,
            Terms = EndOfFixed(ref reader, shape, origin),
        };
    }

    /// <summary>Text that was probably met before.</summary>
    public string Text(ref ByteReader reader) => _texts.Get(reader.Bytes());

    /// <summary>Metadata.</summary>
    public Metadata Metadata(ref ByteReader reader) => _metadata.Read(ref reader, _texts);

    /// <summary>What transitions change.</summary>
    public RowState State(ref ByteReader reader, long origin)
    {
        var flags = reader.Byte();
        var state = new RowState
        {
            State = (MessageState)(flags & 7),
            Redriven = (flags & RowFormat.Redriven) != 0,
            UpdatedAt = origin + reader.Signed(),
            DueAt = (flags & RowFormat.HasDueAt) == 0 ? 0 : origin + reader.Signed(),
            Version = (int)(uint)reader.Varint(),
        };
        state.Attempt = Attempt(ref reader, out var hasFields);
        Check(state.State);
        if ((flags & RowFormat.HasLease) != 0)
            state.Lease = new Lease(reader.Fixed64(), reader.Signed(), reader.OptionalText(_texts), reader.OptionalText(_texts));
        if ((flags & RowFormat.HasEnded) != 0)
            state.Ended = Ended(ref reader);
        if ((flags & RowFormat.HasNotes) != 0)
            state.Notes = new Notes(reader.OptionalText(), reader.OptionalBytes(), reader.OptionalBytes());
        SkipFields(ref reader, hasFields);
        return state;
    }

    /// <summary>Of what transitions change, that which is told; the rest is read over.</summary>
    public ToldState Told(ref ByteReader reader, long origin)
    {
        var flags = reader.Byte();
        var state = (MessageState)(flags & 7);
        Check(state);
        var at = origin + reader.Signed();
        var dueAt = (flags & RowFormat.HasDueAt) == 0 ? 0 : origin + reader.Signed();
        var (version, attempt) = ((int)(uint)reader.Varint(), Attempt(ref reader, out var hasFields));
        string? worker = null, error = null;
        if ((flags & RowFormat.HasLease) != 0)
        {
            reader.Fixed64();
            reader.Varint();
            worker = reader.OptionalText(_texts);
            reader.SkipOptional();
        }

        if ((flags & RowFormat.HasEnded) != 0)
            SkipEnded(ref reader);
        if ((flags & RowFormat.HasNotes) != 0)
        {
            error = reader.OptionalText();
            reader.SkipOptional();
            reader.SkipOptional();
        }

        SkipFields(ref reader, hasFields);
        return new ToldState(state, at, version, attempt, state == MessageState.Invisible ? dueAt : null, worker, error);
    }

    /// <summary>Reads over what is fixed.</summary>
    public static void SkipFixed(ref ByteReader reader)
    {
        reader.Varint();
        var shape = reader.Byte();
        reader.SkipBytes();
        MetadataCache.Skip(ref reader);
        _ = EndOfFixed(ref reader, shape, 0);
    }

    /// <summary>Reads over a state.</summary>
    public static void SkipState(ref ByteReader reader)
    {
        var flags = reader.Byte();
        reader.Varint();
        if ((flags & RowFormat.HasDueAt) != 0)
            reader.Varint();
        reader.Varint();
        _ = Attempt(ref reader, out var hasFields);
        if ((flags & RowFormat.HasLease) != 0)
        {
            reader.Fixed64();
            reader.Varint();
            reader.SkipOptional();
            reader.SkipOptional();
        }

        if ((flags & RowFormat.HasEnded) != 0)
            SkipEnded(ref reader);
        if ((flags & RowFormat.HasNotes) != 0)
        {
            reader.SkipOptional();
            reader.SkipOptional();
            reader.SkipOptional();
        }

        SkipFields(ref reader, hasFields);
    }

    /// <summary>
    /// What follows the metadata of what is fixed: what a producer asked for beyond the defaults, null when nothing, and fields.
    /// </summary>
    public static EnqueueTerms? EndOfFixed(ref ByteReader reader, int shape, long origin)
    {
        var terms = (shape & RowFormat.HasTerms) == 0 ? null : Terms(ref reader, origin);
        SkipFields(ref reader, (shape & RowFormat.HasFields) != 0);
        return terms;
    }

    /// <summary>Reads over the fields that a row ends in: there are none yet that are known.</summary>
    public static void SkipFields(ref ByteReader reader, bool any)
    {
        if (any)
            reader.SkipBytes();
    }

    private static int Attempt(ref ByteReader reader, out bool hasFields)
    {
        var attempt = reader.Varint();
        hasFields = (attempt & 1) != 0;
        return (int)(uint)(attempt >> RowFormat.AttemptShift);
    }

    private static EnqueueTerms Terms(ref ByteReader reader, long origin)
    {
        var flags = reader.Byte();
        return new EnqueueTerms(
            (OrderSource)(flags & 3),
            (flags & RowFormat.HasInvisible) == 0 ? null : reader.Signed(),
            (flags & RowFormat.HasVisibleAt) == 0 ? null : origin + reader.Signed(),
            (flags & RowFormat.HasLeaseMs) == 0 ? null : reader.Signed());
    }

    private static void Check(MessageState state)
    {
        if (state > MessageState.Errored)
            throw new InvalidDataException($"There is no message state {(int)state}.");
    }

    private static void SkipEnded(ref ByteReader reader) => reader.Raw(checked(reader.Int() * 9));

    // Written latest first; each refers to the one before it, so they are made from the back.
    private static EndedLease? Ended(ref ByteReader reader)
    {
        var entries = new ByteReader(reader.Raw(checked(reader.Int() * 9)));
        return Earlier(ref entries);

        static EndedLease? Earlier(ref ByteReader entries)
        {
            if (entries.AtEnd)
                return null;
            var token = entries.Fixed64();
            var action = (SettlementAction)entries.Byte();
            return new EndedLease(token, action, Earlier(ref entries));
        }
    }
}
