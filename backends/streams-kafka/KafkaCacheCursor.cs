using Orleans.Streams;

namespace Timestone.Streams.Kafka;

/// <summary>
/// Where a subscription stands in a partition. The first that it gives from a token on is the record of that token by itself: Orleans
/// passes over one delivery when the consumer says that it had that one.
/// </summary>
internal sealed class KafkaCacheCursor(KafkaQueueCache cache, StreamId stream, long from, bool isAtToken) : IQueueCacheCursor
{
    private long _next = from;
    private bool _isAtToken = isAtToken;
    private KafkaBatch? _current;

    public StreamId Stream => stream;

    /// <summary>Everything of the stream before this offset was delivered.</summary>
    public long Delivered { get; private set; } = from;

    public IBatchContainer? GetCurrent(out Exception? exception)
    {
        exception = null;
        return _current;
    }

    /// <summary>Goes on: what it gave before was delivered.</summary>
    public bool MoveNext()
    {
        Delivered = _next;
        _current = cache.Next(stream, _next, _isAtToken);
        if (_current is null)
        {
            Delivered = _next = Math.Max(_next, cache.End);
            return false;
        }

        _isAtToken = false;
        _next = _current.Offset + 1;
        return true;
    }

    /// <summary>Begins with the first record of another topic of that name.</summary>
    public void StartAnew(long offset)
    {
        Delivered = _next = offset;
        _isAtToken = false;
    }

    public void Refresh(StreamSequenceToken token)
    {
        // It knows where it stands.
    }

    public void RecordDeliveryFailure()
    {
        // Whoever limits the time in which a delivery must succeed (StreamPullingAgentOptions.MaxEventDeliveryTime) goes on without it.
        if (cache.IsAlwaysSubscribed)
            _next = Delivered;
    }

    public void Dispose() => cache.Remove(this);
}
