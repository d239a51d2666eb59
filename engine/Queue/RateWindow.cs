namespace Timestone.Engine;

/// <summary>What happened in each of the last 60 seconds. Not stored: it begins anew when a queue is opened.</summary>
internal sealed class RateWindow
{
    private const int Seconds = 60;

    private readonly Second[] _seconds = new Second[Seconds];
    private long? _begin;

    /// <summary>Tells that the queue is open: the first time counts.</summary>
    public void Open(long now) => _begin ??= now / 1000;

    public void Enqueued(long now) => At(now).Enqueued++;

    public void Completed(long now) => At(now).Completed++;

    public void Failed(long now) => At(now).Failed++;

    /// <summary>Counts a dequeue, of a message with the given deadline if it has one.</summary>
    public void Dequeued(long now, long? deadline)
    {
        ref var second = ref At(now);
        second.Dequeued++;
        if (deadline is not { } due)
            return;
        second.WithDeadline++;
        if (now <= due)
            return;
        second.Late++;
        second.LateMs += now - due;
        second.LatestMs = Math.Max(second.LatestMs, now - due);
    }

    public (QueueRates Rates, Lateness Lateness) Read(long now)
    {
        var sum = default(Second);
        var last = now / 1000;
        foreach (ref var second in _seconds.AsSpan())
        {
            if (second.Number <= last - Seconds)
                continue;
            sum.Enqueued += second.Enqueued;
            sum.Dequeued += second.Dequeued;
            sum.Completed += second.Completed;
            sum.Failed += second.Failed;
            sum.WithDeadline += second.WithDeadline;
            sum.Late += second.Late;
            sum.LateMs += second.LateMs;
            sum.LatestMs = Math.Max(sum.LatestMs, second.LatestMs);
        }

        var span = Math.Clamp(last - (_begin ?? last) + 1, 1, Seconds);
        return (
            new QueueRates(
                (double)sum.Enqueued / span,
                (double)sum.Dequeued / span,
                (double)sum.Completed / span,
                (double)sum.Failed / span
            ),
            new Lateness
            {
                Dequeued = sum.WithDeadline,
                Late = sum.Late,
                Mean = sum.Late == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds((long)(sum.LateMs / sum.Late)),
                Max = TimeSpan.FromMilliseconds(sum.LatestMs),
            });
    }

    private ref Second At(long now)
    {
        var number = now / 1000;
        ref var second = ref _seconds[(int)((ulong)number % Seconds)];
        if (second.Number != number)
            second = new Second { Number = number };
        return ref second;
    }

    private struct Second
    {
        public long Number;
        public long Enqueued;
        public long Dequeued;
        public long Completed;
        public long Failed;
        public long WithDeadline;
        public long Late;

        // A deadline may be any time of ten thousand years: 160,000 of the earliest are more than 64 bits hold.
        public Int128 LateMs;
        public long LatestMs;
    }
}
