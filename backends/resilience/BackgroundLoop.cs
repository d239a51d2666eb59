namespace Timestone.Resilience;

/// <summary>
/// What a part does in the background, turn by turn, until it is disposed of. A turn that fails is told, and the next one comes after a
/// pause. Disposing cancels the turn that runs, and waits until it has ended.
/// </summary>
internal sealed class BackgroundLoop : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly Action<Exception> _failed;
    private readonly TimeSpan _afterFailure;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Signal _woken = new();
    private readonly Lazy<Task> _stopped;
    private readonly Task _running;

    private BackgroundLoop(
        Func<CancellationToken, Task<TimeSpan>> turn,
        TimeSpan afterFailure,
        Action<Exception> failed,
        TimeSpan first,
        TimeProvider? time
    )
    {
        (_afterFailure, _failed, _time) = (afterFailure, failed, time ?? TimeProvider.System);
        _stopped = new Lazy<Task>(StopAsync);
        var woken = _woken.Next();
        _running = Task.Run(() => RunAsync(turn, first, woken));
    }

    /// <summary>Starts a loop whose turns say how long to pause after them.</summary>
    /// <param name="turn">One turn.</param>
    /// <param name="afterFailure">How long to pause after a turn that failed.</param>
    /// <param name="failed">Is told why a turn failed. What it throws is ignored.</param>
    /// <param name="first">How long to pause before the first turn.</param>
    /// <param name="time">What pauses are timed by; null for the system's time.</param>
    public static BackgroundLoop Start(
        Func<CancellationToken, Task<TimeSpan>> turn,
        TimeSpan afterFailure,
        Action<Exception> failed,
        TimeSpan first = default,
        TimeProvider? time = null
    ) => new(turn, afterFailure, failed, first, time);

    /// <summary>Starts a loop whose turns begin an interval apart; a turn that takes longer is followed by the next one at once.</summary>
    /// <inheritdoc cref="Start"/>
    public static BackgroundLoop Every(
        TimeSpan interval,
        Func<CancellationToken, Task> turn,
        Action<Exception> failed,
        TimeSpan first = default,
        TimeProvider? time = null
    )
    {
        var clock = time ?? TimeProvider.System;
        return new BackgroundLoop(
            async stopping =>
            {
                var began = clock.GetTimestamp();
                await turn(stopping).ConfigureAwait(false);
                return interval - clock.GetElapsedTime(began);
            },
            interval,
            failed,
            first,
            clock
        );
    }

    /// <summary>Cuts the pause short; during a turn, the one after it.</summary>
    public void Wake() => _woken.Set();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => new(_stopped.Value);

    // Once: a host stops its services both when it is told to and when it is disposed of.
    private async Task StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync(Func<CancellationToken, Task<TimeSpan>> turn, TimeSpan pause, Task woken)
    {
        var stopping = _stopping.Token;
        while (true)
        {
            var wait = pause > TimeSpan.Zero ? pause : TimeSpan.Zero;
            await woken.WaitAsync(wait, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested)
                return;
            woken = _woken.Next();
            try
            {
                pause = await turn(stopping).ConfigureAwait(false);
            }
            catch (Exception problem)
            {
                // Whatever it was, it must go on being tried. What a turn says that was canceled is of no interest.
                if (!stopping.IsCancellationRequested)
                    Tell(problem);
                pause = _afterFailure;
            }
        }
    }

    private void Tell(Exception problem)
    {
        try
        {
            _failed(problem);
        }
        catch (Exception)
        {
            // Who cannot be told does not end what goes on.
        }
    }
}
