namespace Timestone.Indexing.Elasticsearch;

/// <summary>Spreads work over time: so much a second, and no catching up after a pause.</summary>
/// <param name="perSecond">How much a second; null for no limit.</param>
/// <param name="time">What it is timed by.</param>
internal sealed class Pace(int? perSecond, TimeProvider time)
{
    private long _free = time.GetTimestamp();

    /// <summary>Waits for the turn of some work, which takes that much of the time behind it.</summary>
    public async ValueTask TakeAsync(double work, CancellationToken cancellationToken)
    {
        if (perSecond is not { } limit)
            return;
        var now = time.GetTimestamp();
        var turn = Math.Max(now, _free);
        _free = turn + (long)(work / limit * time.TimestampFrequency);
        if (turn > now)
            await Task.Delay(time.GetElapsedTime(now, turn), time, cancellationToken).ConfigureAwait(false);
    }
}
