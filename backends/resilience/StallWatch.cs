namespace Timestone.Resilience;

/// <summary>Tells since when something has stood still though it had something to do. Used by one caller at a time.</summary>
internal sealed class StallWatch(TimeProvider time)
{
    /// <summary>How long something may stand still.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private long _place;
    private long? _since;

    /// <summary>Looks.</summary>
    /// <param name="place">How far it is.</param>
    /// <param name="hasWork">Whether there is something to do.</param>
    /// <returns>For how long it has stood still; null when it has not, or not for long.</returns>
    public TimeSpan? Look(long place, bool hasWork)
    {
        if (!hasWork)
            _since = null;
        else if (_since is null || place != _place)
            _since = time.GetTimestamp();
        _place = place;
        return _since is { } since && time.GetElapsedTime(since) is var still && still >= Patience ? still : null;
    }
}
