using System.Runtime.CompilerServices;
using Timestone.Bytes;
using Timestone.Engine;

namespace Timestone.Journals.Files;

/// <summary>One queue as the records read so far say it is.</summary>
internal sealed class RecoveredQueue(uint number)
{
    private readonly HashSet<long> _withoutContent = [];

    /// <summary>The number that its records name it by.</summary>
    public uint Number { get; } = number;

    /// <summary>Its messages.</summary>
    public SequenceTable<MessageRow> Rows { get; private set; } = new();

    /// <summary>Its row; null while no record has told it.</summary>
    public QueueRow? Row { get; private set; }

    /// <summary>The segment that told it last.</summary>
    public long RowSegment { get; private set; }

    /// <summary>The highest sequence that any record names.</summary>
    public long LastSequence { get; private set; }

    /// <summary>The segment that named it last.</summary>
    public long SequenceSegment { get; private set; }

    /// <summary>Whether it was deleted.</summary>
    public bool Deleted { get; private set; }

    /// <summary>The messages of which states were there and the content was not.</summary>
    public IReadOnlyCollection<long> WithoutContent => _withoutContent;

    /// <summary>
    /// Whether everything that its records refer to was there. Compaction deletes the oldest segments with contents whose
    /// messages are written again or removed further on, so along the way a state can lack its content, but not at the end.
    /// </summary>
    public bool Complete => Deleted || (Row is not null && _withoutContent.Count == 0);

    /// <summary>Deletes it, as too little of it is left.</summary>
    public void Delete()
    {
        Deleted = true;
        Rows = new();
    }

    /// <summary>Takes into account that a message had a sequence.</summary>
    public void Had(long sequence, long segment)
    {
        if (sequence >= LastSequence)
            (LastSequence, SequenceSegment) = (sequence, segment);
    }

    /// <summary>Applies the rest of a commit's record; answers whether something of it is not told in full.</summary>
    public bool Apply(ref ByteReader reader, RowDecoder decoder, long segment)
    {
        var flags = reader.Byte();
        if ((flags & RecordFormat.HasQueueRow) != 0)
            (Row, RowSegment) = (QueueRowCodec.Decode(ref reader), segment);
        ToldFormat.SkipHead(ref reader, flags);
        var count = reader.Int();
        var origin = count == 0 ? 0 : reader.Signed();
        var sequence = 0L;
        for (; count > 0; count--)
            ApplyRow(ref reader, decoder, flags, origin, segment, ref sequence);
        if ((flags & RecordFormat.Deleted) != 0)
            Delete();
        return (flags & RecordFormat.Told) == 0 && (origin != 0 || Deleted);
    }

    private void ApplyRow(ref ByteReader reader, RowDecoder decoder, int flags, long origin, long segment, ref long sequence)
    {
        var (kind, cause) = RecordFormat.Split(reader.Byte());
        sequence += reader.Signed();
        Had(sequence, segment);
        switch (kind)
        {
            case ChangeKind.Removed:
                if (!Rows.Remove(sequence))
                    _withoutContent.Remove(sequence);
                break;
            case ChangeKind.Changed:
                ref var row = ref Rows.Find(sequence);
                if (!Unsafe.IsNullRef(ref row))
                {
                    row!.State = decoder.State(ref reader, origin);
                    break;
                }

                RowDecoder.SkipState(ref reader);
                _withoutContent.Add(sequence);
                break;
            default:
                var content = decoder.Content(ref reader, sequence, origin);
                Rows.Put(sequence) = content;
                if (_withoutContent.Count > 0)
                    _withoutContent.Remove(sequence);
                break;
        }

        ToldFormat.SkipRow(ref reader, flags, kind, cause);
    }
}
