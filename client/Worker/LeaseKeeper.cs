using Microsoft.Extensions.Logging;

namespace Timestone.Client.Worker;

/// <summary>
/// Holds a worker's leases: extends each in time, while its handler runs and while it waits for one, and cancels the
/// handler of one that is lost or can no longer be trusted.
/// </summary>
internal sealed class LeaseKeeper : IDisposable
{
    // Waits between two tries to extend shrink with the time that is left, down to this.
    private static readonly TimeSpan ShortestRetry = TimeSpan.FromMilliseconds(50);

    private readonly Func<IReadOnlyList<LeaseExtension>, CancellationToken, Task<IReadOnlyList<MessageResult>>> _extend;
    private readonly string _queue;
    private readonly TimeSpan _margin;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly long _start;
    private readonly CancellationTokenSource _disposal = new();
    private readonly Lock _gate = new();
    private readonly HashSet<HeldLease> _held = [];
    private readonly ITimer _timer;
    private TimeSpan _nextTick = TimeSpan.MaxValue;

    /// <param name="extend">Has the service extend leases.</param>
    /// <param name="queue">The queue's name, for the log.</param>
    /// <param name="margin">How long before its end a lease is no longer trusted.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">Is told of what is lost.</param>
    public LeaseKeeper(
        Func<IReadOnlyList<LeaseExtension>, CancellationToken, Task<IReadOnlyList<MessageResult>>> extend,
        string queue,
        TimeSpan margin,
        TimeProvider timeProvider,
        ILogger logger
    )
    {
        _extend = extend;
        _queue = queue;
        _margin = margin;
        _timeProvider = timeProvider;
        _logger = logger;
        _start = timeProvider.GetTimestamp();
        _timer = timeProvider.CreateTimer(
            static keeper => ((LeaseKeeper)keeper!).Tick(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
    }

    /// <summary>Now, counted from the start.</summary>
    public TimeSpan Now => _timeProvider.GetElapsedTime(_start);

    /// <summary>How many leases are held.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _held.Count;
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _disposal.Cancel();
        _disposal.Dispose();
    }

    /// <summary>
    /// Holds what a dequeue brought. A poll can have waited for longer than a lease can be trusted, which begins when
    /// it was asked for: such leases are extended here, so that the trust begins anew before a handler sees them.
    /// </summary>
    public async Task<IReadOnlyList<HeldLease>> HoldAsync(IReadOnlyList<Message> messages, TimeSpan askedAt)
    {
        var leases = messages.Select(message => new HeldLease(message, askedAt, _margin)).ToArray();
        var doubtful = leases.Where(lease => !IsTrusted(lease)).ToArray();
        if (doubtful.Length > 0)
            await KeepAsync(doubtful).ConfigureAwait(false);
        lock (_gate)
        {
            foreach (var lease in leases)
            {
                _held.Add(lease);
                TickAt(lease.ExtendAt);
            }
        }

        return leases;
    }

    /// <summary>Ends the keeping of a lease whose work has ended. Again does nothing.</summary>
    public void Drop(HeldLease lease)
    {
        lock (_gate)
        {
            lease.IsDropped = true;
            _held.Remove(lease);
            lease.Dispose();
        }
    }

    /// <summary>Whether the lease surely is still this worker's.</summary>
    public bool IsTrusted(HeldLease lease)
    {
        lock (_gate)
            return !lease.IsLost && Now < lease.TrustedUntil;
    }

    /// <summary>Whether the service has said that the lease is not this worker's.</summary>
    public bool IsLost(HeldLease lease)
    {
        lock (_gate)
            return lease.IsLost;
    }

    /// <summary>Extends leases, of which there are at most <see cref="Limits.MaxBatch"/>.</summary>
    /// <exception cref="TimestoneException">None was extended, as far as is known.</exception>
    public async Task<IReadOnlyList<MessageResult>> ExtendAsync(
        IReadOnlyList<HeldLease> leases,
        Payload progress,
        CancellationToken cancellationToken
    )
    {
        var askedAt = Now;
        try
        {
            var extensions = leases
                .Select(lease => new LeaseExtension
                {
                    Id = lease.Id,
                    LeaseToken = lease.Token,
                    Progress = progress,
                })
                .ToArray();
            var results = await _extend(extensions, cancellationToken).ConfigureAwait(false);
            lock (_gate)
            {
                for (var i = 0; i < leases.Count; i++)
                    Learn(leases[i], results[i].Error?.Code, askedAt);
            }

            return results;
        }
        catch (TimestoneException problem) when (problem.Code == ErrorCode.QueueNotFound)
        {
            lock (_gate)
            {
                foreach (var lease in leases)
                    Learn(lease, problem.Code, askedAt);
            }

            throw;
        }
    }

    /// <summary>Notes how long a lease lasts, whatever was believed before; answers whether it can be trusted.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="askedAt">When that was asked.</param>
    /// <param name="left">How long it lasts from then.</param>
    public bool Begin(HeldLease lease, TimeSpan askedAt, TimeSpan left)
    {
        lock (_gate)
        {
            if (lease.IsDropped)
                return false;
            lease.TrustFor(askedAt, left);
            TickAt(lease.ExtendAt);
            return !lease.IsLost && Now < lease.TrustedUntil;
        }
    }

    /// <summary>Takes note that the service says that a lease is lost.</summary>
    public void Lose(string token, MessageResult result)
    {
        lock (_gate)
        {
            if (_held.FirstOrDefault(lease => lease.Token == token) is { } lease)
                Learn(lease, result.Error?.Code ?? ErrorCode.LeaseLost, default);
        }
    }

    /// <summary>Cancels every handler, as the worker ends.</summary>
    public void CancelAll()
    {
        lock (_gate)
        {
            foreach (var lease in _held)
                lease.Cancel(CancellationCause.Shutdown);
        }
    }

    private void Learn(HeldLease lease, ErrorCode? refusal, TimeSpan askedAt)
    {
        if (refusal is null)
        {
            lease.TrustFrom(askedAt);
            TickAt(lease.ExtendAt);
        }
        else if (
            !lease.IsDropped
            && !lease.IsLost
            && refusal is ErrorCode.LeaseLost or ErrorCode.MessageNotFound or ErrorCode.QueueNotFound
        )
        {
            // Of a dropped one it would mean no more than that its settlement has overtaken the extension.
            lease.IsLost = true;
            lease.Cancel(CauseOf(refusal.Value));
            WorkerLog.LeaseLost(_logger, _queue, lease.Id, refusal.Value);
        }
    }

    private static CancellationCause CauseOf(ErrorCode refusal) => refusal switch
    {
        ErrorCode.MessageNotFound => CancellationCause.MessageNotFound,
        ErrorCode.QueueNotFound => CancellationCause.QueueNotFound,
        _ => CancellationCause.LeaseLost,
    };

    private void Tick()
    {
        List<HeldLease>? due = null;
        lock (_gate)
        {
            var now = Now;
            _nextTick = TimeSpan.MaxValue;
            foreach (var lease in _held)
            {
                if (lease.IsLost)
                    continue;
                if (lease.TrustedUntil <= now)
                {
                    if (lease.CancellationToken.IsCancellationRequested)
                        continue;
                    lease.Cancel(CancellationCause.LeaseNotExtended);
                    WorkerLog.LeaseNotExtended(_logger, _queue, lease.Id);
                    continue;
                }

                if (lease.ExtendAt <= now)
                {
                    lease.ExtendAt = TimeSpan.MaxValue;
                    (due ??= []).Add(lease);
                }

                TickAt(lease.ExtendAt < lease.TrustedUntil ? lease.ExtendAt : lease.TrustedUntil);
            }
        }

        if (due is not null)
            _ = KeepAsync(due);
    }

    /// <summary>Extends leases, and sees to it that those which could not be are tried again while they are trusted.</summary>
    private async Task KeepAsync(IReadOnlyList<HeldLease> leases)
    {
        foreach (var batch in leases.Chunk(Limits.MaxBatch))
        {
            try
            {
                await ExtendAsync(batch, progress: default, _disposal.Token).ConfigureAwait(false);
            }
            catch (TimestoneException problem)
            {
                WorkerLog.ExtensionFailed(_logger, _queue, batch.Length, problem);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            RetryLater(batch);
        }
    }

    private void RetryLater(HeldLease[] batch)
    {
        lock (_gate)
        {
            var now = Now;
            foreach (var lease in batch)
            {
                if (lease.ExtendAt != TimeSpan.MaxValue)
                    continue;
                var left = (lease.TrustedUntil - now) / 4;
                lease.ExtendAt = now + (left > ShortestRetry ? left : ShortestRetry);
                TickAt(lease.ExtendAt);
            }
        }
    }

    private void TickAt(TimeSpan time)
    {
        if (time >= _nextTick)
            return;
        _nextTick = time;

        // Timers count whole milliseconds: rounded down, one would fire before anything is due.
        var wait = Math.Ceiling((time - Now).TotalMilliseconds);
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(wait, 0)), Timeout.InfiniteTimeSpan);
    }
}
