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
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(8), AfterFailure = TimeSpan.FromSeconds(5);

    private readonly string _name;
    private readonly IOutbox _outbox;
    private readonly OutboxStart _start;
    private readonly IOutboxSink _sink;
    private readonly TimeProvider _time;
    private readonly OutboxWatch _watch;
    private readonly EndlessRetry _retry;
    private readonly BackgroundLoop _loop;
    private IOutboxReader? _opened;
    private volatile IOutboxReader? _reader;
    private bool _startsAnew;
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
        (_name, _outbox, _start, _sink, _time) = (name, outbox, start, sink, time ?? TimeProvider.System);
        _watch = new OutboxWatch(name, outbox, logger);

        // Whatever goes wrong, going on is better than to stop for ever: the log says what it was.
        _retry = new EndlessRetry($"The flow of events to {name}", logger, _time, anything: true);

        // Now, and not when a thread is free: what an outbox in memory is told before it has a reader has no history.
        _opened = TryOpen();
        _loop = BackgroundLoop.Start(DrainAsync, AfterFailure, problem => PumpLog.Failed(logger, name, problem), time: _time);
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
        await _loop.DisposeAsync().ConfigureAwait(false);

        // It may have been stopped before its first turn.
        if (Interlocked.Exchange(ref _opened, null) is { } unread)
            await unread.DisposeAsync().ConfigureAwait(false);
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

    // Reads with one reader, until a gap makes it necessary to start anew.
    private async Task<TimeSpan> DrainAsync(CancellationToken stopping)
    {
        var reader =
            Interlocked.Exchange(ref _opened, null)
            ?? await PersistAsync("open the outbox", _ => new ValueTask<IOutboxReader>(_outbox.OpenReader(_name, _start)), stopping)
                .ConfigureAwait(false);
        await using var closing = reader.ConfigureAwait(false);
        _reader = reader;
        while (true)
        {
            var batch = await PersistAsync("read the outbox", reader.ReadAsync, stopping).ConfigureAwait(false);
            if (batch.AfterGap && _start == OutboxStart.Earliest)
            {
                (_reader, _startsAnew) = (null, true);
                return TimeSpan.Zero;
            }

            var few = batch.Entries.Count < FewEntries;
            await DeliverAsync(reader, batch, stopping).ConfigureAwait(false);
            _watch.Look();
            if (few)
                await Task.Delay(Linger, _time, stopping).ConfigureAwait(false);
        }
    }

    private async Task DeliverAsync(IOutboxReader reader, OutboxBatch batch, CancellationToken stopping)
    {
        var told = _startsAnew ? new OutboxBatch(batch.Entries, afterGap: true) : batch;
        _startsAnew = false;
        await PersistAsync(
                "deliver",
                async cancellationToken =>
                {
                    await _sink.DeliverAsync(told, cancellationToken).ConfigureAwait(false);
                    return true;
                },
                stopping
            )
            .ConfigureAwait(false);
        Interlocked.Increment(ref _delivered);

        // Also when it was stopped meanwhile: else what was delivered would come again.
        await PersistAsync(
                "acknowledge",
                async _ =>
                {
                    await reader.AcknowledgeAsync(batch, CancellationToken.None).ConfigureAwait(false);
                    return true;
                },
                stopping
            )
            .ConfigureAwait(false);
    }

    private Task<T> PersistAsync<T>(string step, Func<CancellationToken, ValueTask<T>> attempt, CancellationToken stopping) =>
        _retry.RunAsync(
            step,
            cancellationToken =>
            {
                _watch.Look();
                return attempt(cancellationToken);
            },
            stopping
        );
}
