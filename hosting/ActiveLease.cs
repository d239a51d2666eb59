using Timestone.Journals.Redis;
using Timestone.Resilience;

namespace Timestone.Hosting;

/// <summary>
/// Takes the lease on a Redis whenever it is free and keeps it; says when this process has it, and when it has it no more. That is told by
/// the monotonic clock, counted from when it asked, and ends a margin before the lease does: so also in a process that stood still.
/// </summary>
internal sealed partial class ActiveLease : IAsyncDisposable
{
    // Of the lease: what the clocks of this machine and of Redis may be apart over its length.
    private const int MarginShare = 10;

    // One who waits for the lease looks so often in the time in which its holder renews it: so long nobody is active after a stop.
    private const int LooksARenewal = 10;

    private readonly RedisServerLease _lease;
    private readonly LeaseHolder _self;
    private readonly TimeSpan _duration;
    private readonly TimeSpan _renewal;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private BackgroundLoop? _loop;
    private Task _changing = Task.CompletedTask;
    private long _heldUntil = long.MinValue;
    private volatile LeaseHolder? _other;
    private bool _isFirst = true;
    private bool _failed;
    private string? _told;
    private bool _disposed;

    private ActiveLease(RedisServerLease lease, LeaseHolder self, TimeSpan duration, TimeSpan renewal, TimeProvider time, ILogger logger) =>
        (_lease, _self, _duration, _renewal, _time, _logger) = (lease, self, duration, renewal, time, logger);

    /// <summary>Whether this process has the lease now.</summary>
    public bool IsHeld => _time.GetTimestamp() < Volatile.Read(ref _heldUntil);

    /// <summary>Whether it is one that several have together.</summary>
    public bool IsShared => _self.Kind == LeaseHolder.Silos;

    /// <summary>Who had it when this process asked last; null where nobody else did.</summary>
    public LeaseHolder? Other => _other;

    /// <summary>Why this process must not use the Redis at all; null when it may.</summary>
    public string? Conflict => _other is { } other && (other.Kind != _self.Kind || IsShared)
        ? other.Kind == LeaseHolder.Silos
            ? $"Silos of the cluster '{other.Name}' use this Redis: stop them first, or give this process another Redis or database."
            : $"The server '{other.Name}' uses this Redis: stop it first, or give this process another Redis or database."
        : null;

    /// <summary>Asks for the lease once; again while others use the Redis, for as long as those may have left it already.</summary>
    /// <exception cref="IOException">The Redis is used by others that this process cannot share it with.</exception>
    public static async Task<ActiveLease> StartAsync(
        RedisServerLease lease,
        LeaseHolder self,
        TimeSpan duration,
        TimeSpan renewal,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellationToken
    )
    {
        var started = new ActiveLease(lease, self, duration, renewal, time, logger);
        var since = time.GetTimestamp();
        await started.AskAsync().ConfigureAwait(false);
        while (started.Conflict is { } conflict)
        {
            if (time.GetElapsedTime(since) > duration + renewal)
                throw new IOException(conflict);
            await Task.Delay(renewal, time, cancellationToken).ConfigureAwait(false);
            await started.AskAsync().ConfigureAwait(false);
        }

        return started;
    }

    /// <summary>Goes on asking, in the background.</summary>
    /// <param name="gained">Called when this process has the lease, here already if it has it now; never while <paramref name="lost"/>
    /// runs.</param>
    /// <param name="lost">Called when it has it no more.</param>
    public async Task RunAsync(Func<Task> gained, Func<Task> lost)
    {
        var active = IsHeld;
        if (active)
            await gained().ConfigureAwait(false);
        Tell(active);
        _loop = BackgroundLoop.Start(KeepAsync, _renewal / LooksARenewal, LogFailed, time: _time);

        async Task<TimeSpan> KeepAsync(CancellationToken stopping)
        {
            var asked = _time.GetTimestamp();
            await AskAsync().ConfigureAwait(false);
            if (IsHeld != active)
            {
                active = !active;
                _changing = ChangeAsync(_changing, active ? gained : lost);
                Tell(active);
            }
            else if (!active && _other?.Name != _told)
            {
                Tell(active);
            }

            var next = IsHeld ? Min(_time.GetElapsedTime(asked, Volatile.Read(ref _heldUntil)), _renewal) : _renewal / LooksARenewal;
            return Max(next - _time.GetElapsedTime(asked), TimeSpan.FromMilliseconds(1));
        }
    }

    /// <summary>Asks no more; what it has it keeps.</summary>
    public async Task StopAsync()
    {
        if (_loop is not null)
            await _loop.DisposeAsync().ConfigureAwait(false);
        await _changing.ConfigureAwait(false);
    }

    /// <summary>Gives the lease back, so that another need not wait for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        try
        {
            // That of silos is not one silo's to give back.
            if (!IsShared && Volatile.Read(ref _heldUntil) != long.MinValue)
                await _lease.ReleaseAsync(_self).ConfigureAwait(false);
        }
        catch (IOException problem)
        {
            LogUnreachable(problem.Message);
        }

        await _lease.DisposeAsync().ConfigureAwait(false);
    }

    private async Task AskAsync()
    {
        var asked = _time.GetTimestamp();
        try
        {
            // While it is held, no answer may be waited for beyond its end.
            using var patience = new CancellationTokenSource(
                IsHeld ? Max(_time.GetElapsedTime(asked, Volatile.Read(ref _heldUntil)), TimeSpan.FromMilliseconds(1)) : _duration,
                _time
            );
            var other = await _lease.TakeAsync(_self, _duration, again: _isFirst, patience.Token).ConfigureAwait(false);
            (_isFirst, _failed) = (false, false);
            if (!IsShared && other?.Name == _self.Name && _other?.Name != other.Name)
                LogSameName(other.Name);
            _other = other;
            Volatile.Write(
                ref _heldUntil,
                other is null
                    ? asked + (long)((_duration - (_duration / MarginShare)).TotalSeconds * _time.TimestampFrequency)
                    : long.MinValue
            );
        }
        catch (Exception problem) when (problem is IOException or OperationCanceledException)
        {
            // Nobody knows who has it now. What is held goes on to its end.
            if (!_failed)
                LogUnreachable(problem is IOException ? problem.Message : "It did not answer in time.");
            _failed = true;
        }
    }

    private async Task ChangeAsync(Task before, Func<Task> change)
    {
        await before.ConfigureAwait(false);
        try
        {
            await change().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it was, this process must go on asking.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            LogFailed(problem);
        }
    }

    private void Tell(bool active)
    {
        _told = active ? _self.Name : _other?.Name;
        if (IsShared)
            return;
        if (active)
            LogActive(_self.Name);
        else
            LogStandby(_self.Name, _told ?? "none that is known");
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    [LoggerMessage(20, LogLevel.Information, "This server, '{Name}', is the active one on its Redis.")]
    private partial void LogActive(string name);

    [LoggerMessage(21, LogLevel.Information, "This server, '{Name}', stands by; the active one on its Redis: {Other}.")]
    private partial void LogStandby(string name, string other);

    [LoggerMessage(22, LogLevel.Warning, "The lease on Redis cannot be asked for. {Problem}")]
    private partial void LogUnreachable(string problem);

    [LoggerMessage(23, LogLevel.Error, "Becoming active or standing by failed.")]
    private partial void LogFailed(Exception problem);

    [LoggerMessage(
        24,
        LogLevel.Error,
        "Another server is called '{Name}', too. Give each its own --name: a server that starts takes the lease of its name over."
    )]
    private partial void LogSameName(string name);
}
