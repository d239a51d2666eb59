using Timestone.Engine;

namespace Timestone.Backends.Files;

/// <summary>Makes entries of the outbox of records of the log.</summary>
/// <param name="restates">Whether rows written once more are told, and with <paramref name="known"/> also commits that are not told in full.</param>
/// <param name="known">What the log told before of commits that are not told in full; null where there are none, or they are passed over.</param>
internal sealed class OutboxDecoder(bool restates, UntoldLog? known)
{
    private readonly RowDecoder _rows = new();
    private UntoldLog? _known = known;

    /// <summary>Whether something was passed over, as it is not told in full, since this was last set to false.</summary>
    public bool Missed { get; set; }

    /// <summary>Adds what a record tells.</summary>
    /// <exception cref="InvalidDataException">It means nothing.</exception>
    public void Decode(ReadOnlySpan<byte> body, List<OutboxEntry> entries)
    {
        var reader = new ByteReader(body);
        if (reader.Byte() != RecordFormat.Commit)
            return;
        var number = (uint)reader.Varint();
        var flags = reader.Byte();
        var written = (flags & RecordFormat.HasQueueRow) == 0 ? null : QueueRowCodec.Decode(ref reader);
        if ((flags & RecordFormat.Told) != 0)
            DecodeTold(ref reader, number, flags, written, entries);
        else if (_known is not null)
            _known.Decode(ref reader, _rows, number, flags, written, entries);
        else if (written is null || !reader.AtEnd)
            Missed |= TellsSomething(ref reader, flags);
    }

    /// <summary>From here on everything is told in full.</summary>
    public void EndUntold() => _known = null;

    private void DecodeTold(ref ByteReader reader, uint number, int flags, QueueRow? written, List<OutboxEntry> entries)
    {
        var (queue, createdAt) = written is not null ? (written.Name, written.CreatedAt) : (_rows.Parts.Text(ref reader), reader.Signed());
        var deletedAt = (flags & RecordFormat.Deleted) == 0 ? 0 : reader.Signed();
        var withPayloads = (flags & RecordFormat.WithPayloads) != 0;
        var count = reader.Int();
        var origin = count == 0 ? 0 : reader.Signed();
        var sequence = 0L;
        for (; count > 0; count--)
        {
            var (kind, cause) = RecordFormat.Split(reader.Byte());
            sequence += reader.Signed();
            if (ReadRow(ref reader, kind, cause, sequence, origin, withPayloads) is not { } change)
                continue;
            _known?.Apply(number, change);
            if ((restates || kind != ChangeKind.Rewritten) && OutboxEntry.Of(queue, createdAt, withPayloads, change) is { } entry)
                entries.Add(entry);
        }

        if ((flags & RecordFormat.Deleted) == 0)
            return;
        _known?.Forget(number);
        entries.Add(OutboxEntry.Deleted(queue, createdAt, deletedAt));
    }

    // Null when it is no transition.
    private RowChange? ReadRow(ref ByteReader reader, ChangeKind kind, Cause cause, long sequence, long origin, bool withPayload)
    {
        switch (kind)
        {
            case ChangeKind.Removed:
                return ToldFormat.ReadRemoved(ref reader, cause, sequence, origin);
            case ChangeKind.Changed when ToldFormat.IsTransition(kind, cause):
                var state = _rows.State(ref reader, origin);
                return ToldFormat.ReadChanged(ref reader, _rows.Parts, cause, sequence, state, origin);
            case ChangeKind.Changed:
                RowDecoder.SkipState(ref reader);
                return null;
            case ChangeKind.Rewritten when !restates:
                RowDecoder.SkipContent(ref reader);
                return null;
            default:
                var row = _rows.Content(ref reader, sequence, origin, withPayload);
                return new RowChange(kind, cause, null, row.State.UpdatedAt, row.State.UpdatedAt, row, row.State);
        }
    }

    private static bool TellsSomething(ref ByteReader reader, int flags)
    {
        var count = reader.Int();
        if (count > 0)
            reader.Signed();
        for (; count > 0; count--)
        {
            var (kind, cause) = RecordFormat.Split(reader.Byte());
            reader.Signed();
            if (kind is ChangeKind.Added or ChangeKind.Removed || ToldFormat.IsTransition(kind, cause))
                return true;
            if (kind == ChangeKind.Rewritten)
                RowDecoder.SkipContent(ref reader);
            else
                RowDecoder.SkipState(ref reader);
        }

        return (flags & RecordFormat.Deleted) != 0;
    }
}
