using Timestone.Bytes;
using Timestone.Engine;

namespace Timestone.Journals.Files;

/// <summary>Goes through the contents of a segment in memory, for the messages that are still stored.</summary>
/// <param name="buffer">The buffer it was read into, which must not be used otherwise meanwhile.</param>
/// <param name="segment">The segment.</param>
/// <param name="queues">Who knows what is stored.</param>
internal sealed class SegmentContents(SegmentBuffer buffer, LogSegment segment, QueueCatalog queues)
{
    private int _position = SegmentHeader.Size;

    /// <summary>The bytes of what was found so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>The keys of the next stored messages by queue, about so many, always whole records; null at the end.</summary>
    /// <exception cref="IOException">The segment is damaged.</exception>
    public Dictionary<QueueState, List<RowKey>>? Next(int about)
    {
        var found = new Dictionary<QueueState, List<RowKey>>();
        var count = 0;
        while (count < about && _position < segment.Length)
        {
            if (!Frame.TryRead(buffer.Bytes[_position..], segment.Number, out var body, out _))
                throw new IOException($"{FileNames.Segment(segment.Number)} is damaged at offset {_position}: it cannot be compacted.");
            _position += Frame.Size + body.Length;
            count += Collect(body, found);
        }

        return count == 0 ? null : found;
    }

    private int Collect(ReadOnlySpan<byte> body, Dictionary<QueueState, List<RowKey>> found)
    {
        var reader = new ByteReader(body);
        if (reader.Byte() != RecordFormat.Commit || queues.Find((uint)reader.Varint()) is not { } queue)
            return 0;
        var flags = reader.Byte();
        if ((flags & RecordFormat.HasQueueRow) != 0)
            _ = QueueRowCodec.Decode(ref reader);
        ToldFormat.SkipHead(ref reader, flags);
        var rows = reader.Int();
        if (rows > 0)
            reader.Signed();
        var sequence = 0L;
        var count = 0;
        for (; rows > 0; rows--)
        {
            var (kind, cause) = RecordFormat.Split(reader.Byte());
            sequence += reader.Signed();
            if (kind == ChangeKind.Changed)
                RowDecoder.SkipState(ref reader);
            ToldFormat.SkipRow(ref reader, flags, kind, cause);
            if (kind is ChangeKind.Changed or ChangeKind.Removed)
                continue;
            var start = reader.Position;
            RowDecoder.SkipContent(ref reader);
            if (!queue.MayStore(sequence))
                continue;
            var content = reader.Since(start);
            Bytes += content.Length;
            count++;
            if (!found.TryGetValue(queue, out var keys))
                found.Add(queue, keys = []);
            keys.Add(new RowKey(new ByteReader(content).Text(), sequence));
        }

        return count;
    }
}
