using Microsoft.Extensions.Logging;
using Timestone.Engine;
using Timestone.Resilience;

namespace Timestone.Events;

/// <summary>
/// Carries what is read of an outbox to a sink, for ever: what cannot be delivered is tried again, in order, with growing
/// pauses of up to five seconds. What was delivered is acknowledged, so that nothing is lost and some can come twice.
/// </summary>
/// <remarks>
/// A reader that starts with the earliest cannot go on behind a gap, as what it has been told is then no whole: it is opened
/// anew, and the first batch that the sink gets of that says <see cref="OutboxBatch.AfterGap"/>, for the sink to forget what it had.
/// </remarks>
public sealed class OutboxPump : IAsyncDisposable
{
    // After few entries others are waited for, so that a commit of one message does not cost a delivery of its own.
    private const int FewEntries = 500;
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(8);

    private readonly string _name;
    private readonly IOutbox _outbox;
    private readonly OutboxStart _start;
    private readonly IOutboxSink _sink;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly OutboxWatch _watch;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private volatile IOutboxReader? _reader;
    private long _delivered;

    /// <summary>Starts it.</summary>
    /// <param name="name">The reader's name; also how the log calls it.</param>
    /// <param name="outbox">What it reads.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="sink">Where it delivers to; not disposed with it.</param>
    /// <param name="logger">Is told when delivery stalls and goes on again, and when the outbox fills.</param>
    /// <param name="time">What its pauses are timed by.</param>
    public OutboxPump(
        string name,
        IOutbox outbox,
        OutboxStart start,
        IOutboxSink sink,
        ILogger<OutboxPump> logger,
        TimeProvider? time = null
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(outbox);
        ArgumentNullException.ThrowIfNull(sink);
        ArgumentNullException.ThrowIfNull(logger);
        (_name, _outbox, _start, _sink, _logger, _time) = (name, outbox, start, sink, logger, time ?? TimeProvider.System);
        _watch = new OutboxWatch(name, outbox, logger);

        // Now, and not when a thread is free: what an outbox in memory is told before it has a reader has no history.
        var first = TryOpen();
        _running = Task.Run(() => RunAsync(first));
    }

    /// <summary>How many batches were delivered.</summary>
    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>How long the oldest commit has waited that was not delivered: zero when none waits, null when that is not known.</summary>
    public async ValueTask<TimeSpan?> LagAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return _reader is { } reader ? await reader.LagAsync(cancellationToken).ConfigureAwait(false) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Stops at once: what is being delivered may come again, what was delivered does not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private IOutboxReader? TryOpen()
    {
        try
        {
            return _outbox.OpenReader(_name, _start);
        }
        catch (Exception)
        {
            // It is tried again, and told.
            return null;
        }
    }

    private async Task RunAsync(IOutboxReader? first)
    {
        try
        {
            var startsAnew = false;
            while (true)
            {
                var reader =
                    first
                    ?? await PersistAsync("open the outbox", _ => new ValueTask<IOutboxReader>(_outbox.OpenReader(_name, _start)))
                        .ConfigureAwait(false);
                first = null;
                await using (reader.ConfigureAwait(false))
                {
                    _reader = reader;
                    await DrainAsync(reader, startsAnew).ConfigureAwait(false);
                    _reader = null;
                }

                startsAnew = true;
            }
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            // This is how it ends.
        }
    }

    // Ends behind a gap that makes it necessary to start anew.
    private async Task DrainAsync(IOutboxReader reader, bool startsAnew)
    {
        while (true)
        {
            var batch = await PersistAsync("read the outbox", reader.ReadAsync).ConfigureAwait(false);
            if (batch.AfterGap && _start == OutboxStart.Earliest)
                return;
            var told = startsAnew ? new OutboxBatch(batch.Entries, afterGap: true) : batch;
            startsAnew = false;
            await PersistAsync("deliver", async cancellationToken =>
            {
                await _sink.DeliverAsync(told, cancellationToken).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
            Interlocked.Increment(ref _delivered);
            var few = batch.Entries.Count < FewEntries;
            // Also while it stops: else what was delivered would come again.
            await PersistAsync("acknowledge", async _ =>
            {
                await reader.AcknowledgeAsync(batch, CancellationToken.None).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
            _watch.Look();
            if (few)
                await Task.Delay(Linger, _time, _stopping.Token).ConfigureAwait(false);
        }
    }

    // Tries until it succeeds. Whatever goes wrong, going on is better than to stop for ever: the log says what it was.
    private async Task<T> PersistAsync<T>(string what, Func<CancellationToken, ValueTask<T>> attempt)
    {
        var pause = new RetryPause(_time);
        var stalledAt = 0L;
        while (true)
        {
            try
            {
                var result = await attempt(_stopping.Token).ConfigureAwait(false);
                if (pause.Failures == 0)
                    return result;
                var lasted = _time.GetElapsedTime(stalledAt);
                if (stalledAt != 0)
                    PumpLog.Resumed(_logger, _name, what, pause.Failures, lasted);
                return result;
            }
            catch (Exception problem) when (!_stopping.IsCancellationRequested)
            {
                if (pause.Failures == 0 && problem is not ToldException)
                {
                    stalledAt = _time.GetTimestamp();
                    PumpLog.Stalled(_logger, _name, what, problem.Message, problem is IOException ? null : problem);
                }

                _watch.Look();
            }

            await pause.WaitAsync(_stopping.Token).ConfigureAwait(false);
        }
    }
}
