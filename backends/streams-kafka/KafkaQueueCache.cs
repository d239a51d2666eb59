using System.Diagnostics.CodeAnalysis;
using Orleans.Streams;

namespace Timestone.Streams.Kafka;

/// <summary>
/// What was read of a partition and is not delivered yet, and as much of what is delivered as there is room for. Used by one pulling agent,
/// one call at a time.
/// </summary>
/// <remarks>
/// <para>Cursors know offsets and not entries, so nothing moves them but delivery: the same records can be read again, for one that
/// rewinds, and the others pass over them.</para>
/// <para>A stream can lose its last cursor before its records are delivered, although it has a subscription:</para>
/// <list type="number">
/// <item>The agent reads records of a stream that it does not know, and holds them by a cursor while it asks who has subscribed.</item>
/// <item>The silo with the answer dies: asking fails, and the agent gives the cursor and the stream up. Or it hears that it is to
/// stop.</item>
/// <item>It reads on. The next records make the stream known again, with a cursor that begins at these: nobody gets the first ones.</item>
/// <item>Were the first ones delivered because no cursor is before them, the offset behind them would be committed, and they were
/// lost.</item>
/// </list>
/// <para>So of streams that are always subscribed, nothing is delivered without a cursor behind it, and when the last cursor goes sooner,
/// the partition is read again from there: then the agent meets the stream with its first record that is not delivered.</para>
/// <para>An agent that could not ask the consumer where to begin may also take a cursor that begins nowhere in particular, and one whose
/// delivery failed for good goes on to the next record. Of these streams the first begins with what is not delivered, and the other gets
/// the same record again.</para>
/// </remarks>
internal sealed class KafkaQueueCache(int mostBytes, int recordsPerDelivery, bool alwaysSubscribed = false) : IQueueCache
{
    private const int DeliveryBytes = 1024 * 1024, ReadRecords = 4000;

    private readonly List<KafkaBatch> _records = [];
    private readonly Dictionary<StreamId, List<KafkaCacheCursor>> _cursors = [];

    // Up to where streams that have lost their last cursor were delivered.
    private readonly Dictionary<StreamId, long> _passed = [];
    private long _bytes;

    // Everything before it was told to be delivered.
    private long _told;
    private long? _rewind;

    /// <summary>Whether each stream has a subscription, even while no cursor shows it.</summary>
    public bool IsAlwaysSubscribed => alwaysSubscribed;

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

        var cursor = new KafkaCacheCursor(this, streamId, token?.SequenceNumber ?? NextOf(streamId), isAtToken: token is not null);
        if (!_cursors.TryGetValue(streamId, out var cursors))
            _cursors.Add(streamId, cursors = []);
        _passed.Remove(streamId);
        cursors.Add(cursor);
        return cursor;
    }

    /// <summary>Forgets everything, as the topic is another one of that name: its offsets begin again.</summary>
    /// <param name="offset">The offset of its first record.</param>
    public void StartAnew(long offset)
    {
        _records.Clear();
        _passed.Clear();
        (_bytes, _told, _rewind, End) = (0, offset, null, offset);
        foreach (var cursor in _cursors.Values.SelectMany(static cursors => cursors))
            cursor.StartAnew(offset);
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
        if (!_cursors.TryGetValue(cursor.Stream, out var cursors) || !cursors.Remove(cursor) || cursors.Count > 0)
            return;
        _cursors.Remove(cursor.Stream);
        if (!alwaysSubscribed || _records.FindLast(record => record.StreamId == cursor.Stream) is not { } last || last.Offset < _told)
            return;
        _passed[cursor.Stream] = cursor.Delivered;

        // What is not delivered of any stream is in memory, behind what was told; or it is being read again already.
        if (last.Offset >= cursor.Delivered)
            Rewind(_records[Find(_told)].Offset);
    }

    // Where one begins who does not say where: behind all that was read; but who is always subscribed is still to get what nobody has got.
    private long NextOf(StreamId stream)
    {
        if (!alwaysSubscribed)
            return End;
        if (_cursors.TryGetValue(stream, out var cursors))
            return cursors.Min(static cursor => cursor.Delivered);
        return Math.Max(_told, _passed.GetValueOrDefault(stream));
    }

    private void Rewind(long offset)
    {
        _records.Clear();
        _bytes = 0;
        _rewind = End = offset;
    }

    private bool IsDelivered(KafkaBatch record) =>
        _cursors.TryGetValue(record.StreamId, out var cursors)
            ? cursors.TrueForAll(cursor => cursor.Delivered > record.Offset)
            : !alwaysSubscribed || (_passed.TryGetValue(record.StreamId, out var passed) && passed > record.Offset);

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
