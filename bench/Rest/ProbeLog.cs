using System.Diagnostics;

namespace Timestone.Bench.Rest;

/// <summary>
/// How long messages that outrank all others take from the sending of their enqueue until a consumer has them. One is under
/// way at a time, as the next one would be counted for it.
/// </summary>
internal sealed class ProbeLog
{
    private readonly Latencies _latencies = new();
    private readonly Lock _sync = new();
    private long _sentAt;

    public void Sent()
    {
        lock (_sync)
        {
            if (_sentAt == 0)
                _sentAt = Stopwatch.GetTimestamp();
        }
    }

    public void Received()
    {
        lock (_sync)
        {
            if (_sentAt != 0)
                _latencies.Add(Stopwatch.GetTimestamp() - _sentAt);
            _sentAt = 0;
        }
    }

    public Latencies Take()
    {
        lock (_sync)
            return _latencies;
    }
}
