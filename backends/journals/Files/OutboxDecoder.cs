using Timestone.Bytes;
using Timestone.Engine;

namespace Timestone.Journals.Files;

/// <summary>Makes entries of the outbox of records of the log.</summary>
internal sealed class OutboxDecoder
{
    private readonly RowDecoder _rows;
    private readonly ToldReader _told;
    private readonly bool _restates;
    private UntoldLog? _known;

    /// <param name="restates">Whether rows written once more are told, and with <paramref name="known"/> also commits that are not told in
    /// full.</param>
    /// <param name="known">What the log told before of commits that are not told in full; null where there are none, or they are passed
    /// over.</param>
    public OutboxDecoder(bool restates, UntoldLog? known)
    {
        (_rows, _restates, _known) = (new RowDecoder(), restates, known);
        _told = new ToldReader(_rows.Parts);
    }

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
        var count = reader.Int();
        var head = new ToldReader.Head(queue, createdAt, (flags & RecordFormat.WithPayloads) != 0, count == 0 ? 0 : reader.Signed());
        var sequence = 0L;
        for (; count > 0; count--)
        {
            var (kind, cause) = RecordFormat.Split(reader.Byte());
            sequence += reader.Signed();
            if (kind == ChangeKind.Changed && !ToldFormat.IsTransition(kind, cause))
            {
                RowDecoder.SkipState(ref reader);
                continue;
            }

            if (kind == ChangeKind.Rewritten && !_restates)
            {
                RowDecoder.SkipContent(ref reader);
                continue;
            }

            var entry = kind switch
            {
                ChangeKind.Removed => _told.Removal(ref reader, head, cause, sequence),
                ChangeKind.Changed => _told.Transition(ref reader, head, cause, sequence),
                _ => _told.Whole(ref reader, head, kind, cause, sequence),
            };
            _known?.Apply(number, entry);
            entries.Add(entry);
        }

        if ((flags & RecordFormat.Deleted) == 0)
            return;
        _known?.Forget(number);
        entries.Add(OutboxEntry.Deleted(queue, createdAt, deletedAt));
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
