using System.Diagnostics.CodeAnalysis;
using Orleans.Streams;

namespace Timestone.Streams.Kafka;

/// <summary>
/// What was read of a partition and is not delivered yet, and as much of what is delivered as there is room for. Used by one pulling agent,
/// one call at a time.
/// </summary>
/// <remarks>
/// Cursors know offsets and not entries, so nothing moves them but delivery: the same records can be read again, for one that rewinds,
/// and the others pass over them.
/// </remarks>
internal sealed class KafkaQueueCache(int mostBytes, int recordsPerDelivery) : IQueueCache
{
    private const int DeliveryBytes = 1024 * 1024, ReadRecords = 4000;

    private readonly List<KafkaBatch> _records = [];
    private readonly Dictionary<StreamId, List<KafkaCacheCursor>> _cursors = [];
    private long _bytes;

    // Everything before it was told to be delivered.
    private long _told;
    private long? _rewind;

    /// <summary>Behind the last record that was read.</summary>
    public long End { get; private set; }

    public int GetMaxAddCount() => ReadRecords;

    public void AddToCache(IList<IBatchContainer> messages)
    {
        // What was read before it was decided to go back comes again.
        if (_rewind is not null)
            return;
        foreach (var message in messages)
        {
            var record = (KafkaBatch)message;
            _records.Add(record);
            _bytes += record.Bytes;
            End = record.Offset + 1;
        }
    }

    public bool TryPurgeFromCache([NotNullWhen(true)] out IList<IBatchContainer>? purgedItems)
    {
        purgedItems = null;
        for (var i = Find(_told); i < _records.Count && IsDelivered(_records[i]); i++)
        {
            (purgedItems ??= []).Add(_records[i]);
            _told = _records[i].Offset + 1;
        }

        return purgedItems is not null;
    }

    public bool IsUnderPressure()
    {
        var gone = 0;
        while (_bytes >= mostBytes && gone < _records.Count && _records[gone].Offset < _told && IsDelivered(_records[gone]))
            _bytes -= _records[gone++].Bytes;
        _records.RemoveRange(0, gone);
        return _bytes >= mostBytes;
    }

    /// <exception cref="QueueCacheMissException">The token's record is not in memory any more.</exception>
    public IQueueCacheCursor GetCacheCursor(StreamId streamId, StreamSequenceToken? token)
    {
        var oldest = _records is [var first, ..] ? first.Offset : End;
        if (token is KafkaRewindToken && token.SequenceNumber < oldest)
            Rewind(token.SequenceNumber);
        else if (token is not null && _records.Count > 0 && token.SequenceNumber < oldest)
            throw new QueueCacheMissException(token, _records[0].SequenceToken, _records[^1].SequenceToken);

        var cursor = new KafkaCacheCursor(this, streamId, token?.SequenceNumber ?? End, isAtToken: token is not null);
        if (!_cursors.TryGetValue(streamId, out var cursors))
            _cursors.Add(streamId, cursors = []);
        cursors.Add(cursor);
        return cursor;
    }

    /// <summary>The offset from which the partition is to be read again; null if it is not.</summary>
    public long? TakeRewind()
    {
        var rewind = _rewind;
        _rewind = null;
        return rewind;
    }

    /// <summary>The records of a stream from an offset on that are delivered together; null if there are none.</summary>
    public KafkaBatch? Next(StreamId stream, long from, bool one)
    {
        List<KafkaBatch>? found = null;
        var bytes = 0L;
        for (var i = Find(from); i < _records.Count && bytes < DeliveryBytes; i++)
        {
            var record = _records[i];
            if (record.StreamId != stream)
                continue;
            if (found is not null && record.HasContext)
                break;
            (found ??= []).Add(record);
            bytes += record.Bytes;
            if (one || record.HasContext || found.Count == recordsPerDelivery)
                break;
        }

        return found is null ? null : KafkaBatch.Join(found);
    }

    public void Remove(KafkaCacheCursor cursor)
    {
        if (_cursors.TryGetValue(cursor.Stream, out var cursors) && cursors.Remove(cursor) && cursors.Count == 0)
            _cursors.Remove(cursor.Stream);
    }

    private void Rewind(long offset)
    {
        _records.Clear();
        _bytes = 0;
        _rewind = End = offset;
    }

    private bool IsDelivered(KafkaBatch record) =>
        !_cursors.TryGetValue(record.StreamId, out var cursors) || cursors.TrueForAll(cursor => cursor.Delivered > record.Offset);

    // The place of the first record that is not before an offset.
    private int Find(long offset)
    {
        var (low, high) = (0, _records.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_records[middle].Offset < offset)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
