using Timestone.Engine;
using Timestone.Resilience;

namespace Timestone.Events;

/// <summary>
/// Looks, once a second, how far the index is behind what was committed: in this process's outbox, or that of all who share the journal,
/// and in the log of events. Costs nothing where events are written and read.
/// </summary>
public sealed class IndexProgress : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // A look that is older says nothing of now.
    private static readonly TimeSpan Recent = TimeSpan.FromSeconds(3);

    // Asking an outbox may cost as much as it has queues: one part in so many of the time.
    private const int Restraint = 20;
    private const string AskUse = "ask how far it is";

    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(200);

    private readonly IOutbox _outbox;
    private readonly Func<CancellationToken, ValueTask<TimeSpan?>> _outboxLag;
    private readonly IEventLog? _log;
    private readonly ServiceState? _logState;
    private readonly Func<CancellationToken, Task> _makeVisible;
    private readonly Func<long> _delivered;
    private readonly StallWatch _outboxStill, _unknownStill;
    private readonly Dictionary<(string Topic, int Partition), StallWatch> _partitionsStill = [];
    private readonly TimeProvider _time;
    private readonly ProgressNotes _notes = new();
    private readonly TaskCompletionSource _looked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly BackgroundLoop _loop;
    private volatile Look? _last;
    private (long At, TimeSpan Cost, TimeSpan? Lag)? _asked;
    private long _visible = long.MinValue;
    private long _left;
    private volatile bool _hasLost;

    /// <summary>Starts to look.</summary>
    /// <param name="outbox">The outbox.</param>
    /// <param name="outboxLag">How long its oldest commit has waited that was not delivered: to the log, or to the index where there is
    /// none.</param>
    /// <param name="log">The log between outboxes and index; null where there is none.</param>
    /// <param name="makeVisible">Makes searches find all that the index has taken.</param>
    /// <param name="time">What it goes by; null for the system's time.</param>
    /// <param name="logState">Where it is noted whether the log can be asked; null for nowhere.</param>
    /// <param name="delivered">Grows with what is delivered from the outbox. Null where it always tells how long its oldest commit has
    /// waited.</param>
    public IndexProgress(
        IOutbox outbox,
        Func<CancellationToken, ValueTask<TimeSpan?>> outboxLag,
        IEventLog? log,
        Func<CancellationToken, Task> makeVisible,
        TimeProvider? time = null,
        ServiceState? logState = null,
        Func<long>? delivered = null)
    {
        ArgumentNullException.ThrowIfNull(outbox);
        ArgumentNullException.ThrowIfNull(outboxLag);
        ArgumentNullException.ThrowIfNull(makeVisible);
        (_outbox, _outboxLag, _log, _makeVisible, _time) = (outbox, outboxLag, log, makeVisible, time ?? TimeProvider.System);
        (_logState, _delivered) = (logState, delivered ?? (static () => 0));
        (_outboxStill, _unknownStill) = (new StallWatch(_time), new StallWatch(_time));
        _loop = BackgroundLoop.Every(
            Interval,
            async stopping =>
            {
                _last = await LookAsync(stopping).ConfigureAwait(false);
                _looked.TrySetResult();
            },
            // What goes wrong is part of what it finds.
            static _ => { },
            time: _time
        );
    }

    /// <summary>What was on its way when it was looked last; null before that.</summary>
    public EventBacklog? Backlog => _last?.Backlog;

    /// <summary>How far the index is behind, without what searches may not find yet; null when that is not known.</summary>
    public TimeSpan? Behind =>
        _last is not { Until: { } until } look ? null
        : look.IsAll && _time.GetElapsedTime(look.At) < Recent ? TimeSpan.Zero
        : _time.GetElapsedTime(until);

    /// <summary>
    /// Whether events were lost on their way since this began: a topic was deleted, and they may not have been in the index.
    /// </summary>
    public bool HasLost => _hasLost;

    /// <summary>How far a search that begins now is behind: see <see cref="Freshness.Lag"/>.</summary>
    public async ValueTask<TimeSpan?> LagAsync(CancellationToken cancellationToken = default)
    {
        await _looked.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (_last is not { Until: { } until } look || !await IsVisibleAsync(until, cancellationToken).ConfigureAwait(false))
            return null;
        if (look.IsAll && look.Told == _outbox.Told && _time.GetElapsedTime(look.At) < Recent)
            return TimeSpan.Zero;
        return _time.GetElapsedTime(until) is var lag && lag > TimeSpan.FromMilliseconds(1) ? lag : TimeSpan.FromMilliseconds(1);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _loop.DisposeAsync().ConfigureAwait(false);
        _looked.TrySetResult();
        _turn.Dispose();
    }

    private async Task<Look> LookAsync(CancellationToken cancellationToken)
    {
        var (at, told) = (_time.GetTimestamp(), _outbox.Told);
        TimeSpan? lag = null, still = null;
        try
        {
            (var since, lag) = await OutboxAsync(cancellationToken).ConfigureAwait(false);
            var until = lag is { } waited ? since - (long)(waited.TotalSeconds * _time.TimestampFrequency) : default(long?);
            still = StillOf(until, lag);
            if (_log is null)
                return new Look(at, told, until, lag == TimeSpan.Zero, new EventBacklog(lag, still, null, null));
            var positions = await _log.ReadAsync(cancellationToken).ConfigureAwait(false);
            _logState?.Work(AskUse);
            var reached = _notes.Note(until, positions);
            _hasLost = _notes.HasLost;
            return new Look(
                at,
                told,
                reached,
                lag == TimeSpan.Zero && positions.Waiting == 0 && since >= at,
                new EventBacklog(lag, still, positions, StillOf(positions))
            );
        }
        catch (Exception problem) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it was: what the index had, it has.
            if (problem is IOException and not ToldException)
                _logState?.Fail(AskUse, problem.Message);
            return new Look(at, told, _last?.Until, IsAll: false, new EventBacklog(lag, still, null, null));
        }
    }

    // The oldest that waits is told anew each time, from another clock even: it stands still when it is the same within what that can be
    // off. How long something waits that was committed before this process began is not known. Then it stands still when nothing is
    // delivered.
    private TimeSpan? StillOf(long? until, TimeSpan? lag)
    {
        var still = _unknownStill.Look(_delivered(), until is null && _outbox.Backlog.Waiting > 0);
        if (until is not { } left)
            return still;
        if (Math.Abs(left - _left) > Tolerance.TotalSeconds * _time.TimestampFrequency)
            _left = left;
        return _outboxStill.Look(_left, lag > TimeSpan.Zero);
    }

    private (PartitionPosition Partition, TimeSpan Time)? StillOf(EventPositions positions)
    {
        (PartitionPosition Partition, TimeSpan Time)? longest = null;
        foreach (var partition in positions.Partitions)
        {
            if (!_partitionsStill.TryGetValue((partition.Topic, partition.Partition), out var watch))
                _partitionsStill.Add((partition.Topic, partition.Partition), watch = new StallWatch(_time));
            if (watch.Look(partition.Done, partition.Waiting > 0) is { } time && !(longest?.Time >= time))
                longest = (partition, time);
        }

        return longest;
    }

    private async ValueTask<(long At, TimeSpan? Lag)> OutboxAsync(CancellationToken cancellationToken)
    {
        if (_asked is { } last && _time.GetElapsedTime(last.At) < Restraint * last.Cost)
            return (last.At, last.Lag);
        var at = _time.GetTimestamp();
        var lag = await _outboxLag(cancellationToken).ConfigureAwait(false);
        _asked = (at, _time.GetElapsedTime(at), lag);
        return (at, lag);
    }

    private async ValueTask<bool> IsVisibleAsync(long until, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _visible) >= until)
            return true;
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_visible < until)
                await _makeVisible(cancellationToken).ConfigureAwait(false);
            _visible = Math.Max(_visible, until);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>What a look has found.</summary>
    /// <param name="At">When it began: a timestamp.</param>
    /// <param name="Told">What the outbox had told by then.</param>
    /// <param name="Until">All that was committed before is in the index: a timestamp. Null when that is not known.</param>
    /// <param name="IsAll">Whether nothing was on its way.</param>
    /// <param name="Backlog">What was on its way.</param>
    private sealed record Look(long At, long Told, long? Until, bool IsAll, EventBacklog Backlog);
}
