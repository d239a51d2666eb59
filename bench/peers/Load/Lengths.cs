using System.Diagnostics;

namespace Timestone.Bench.Peers.Load;

/// <summary>How long is measured, and with how much at once.</summary>
internal sealed record Lengths(double Seconds)
{
    /// <summary>Callers that enqueue; each waits for its acknowledgement before it sends the next message.</summary>
    public const int Callers = 64;

    /// <summary>Messages that are handled at once.</summary>
    public const int Handlers = 64;

    /// <summary>Messages that a client may hold: those handled, and those fetched ahead where a client fetches ahead.</summary>
    public const int InFlight = 512;

    /// <summary>The pace at which the time to a handler is measured: low enough that every server idles between messages.</summary>
    public const int PerSecond = 50;

    /// <summary>Seconds before each measurement: servers and clients compile, or fill their caches, for about so long.</summary>
    public double WarmUp => Seconds < 1 ? Seconds : 5;

    /// <summary>Messages that a rate takes, warm-up included.</summary>
    public long Messages(int perSecond) => (long)(perSecond * (WarmUp + Seconds));

    /// <summary>What is counted each second, after the warm-up.</summary>
    public async Task<double> RateAsync(Counter counter)
    {
        await Task.Delay(TimeSpan.FromSeconds(WarmUp)).ConfigureAwait(false);
        var (began, before) = (Stopwatch.GetTimestamp(), counter.Count);
        await Task.Delay(TimeSpan.FromSeconds(Seconds)).ConfigureAwait(false);
        return (counter.Count - before) / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
