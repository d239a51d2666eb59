using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Timestone.Client.Worker;

namespace Timestone.Client;

/// <summary>
/// Feeds a queue's messages to a handler, over any <see cref="ITimestone"/>. Leases are extended while messages wait or
/// are handled; a message is completed when its handler returns and failed when it throws; a handler whose lease is lost
/// is canceled. At shutdown no more messages are taken, those not begun are given back, and running handlers may end
/// within <see cref="TimestoneWorkerOptions.ShutdownTimeout"/>.
/// </summary>
public sealed class TimestoneWorker : BackgroundService
{
    private readonly ITimestone _timestone;
    private readonly string _queue;
    private readonly IMessageHandler _handler;
    private readonly TimestoneWorkerOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _timeProvider;

    /// <summary>A worker; it works once it is started.</summary>
    /// <param name="timestone">The service.</param>
    /// <param name="queue">The queue; it need not exist yet.</param>
    /// <param name="handler">Handles the messages, several at a time.</param>
    /// <param name="options">The options; later changes to them have no effect.</param>
    /// <param name="logger">Where to log; null means nowhere.</param>
    /// <param name="timeProvider">The clock; null means the system's.</param>
    /// <exception cref="ArgumentException">An option is out of range; the exception names it.</exception>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: the queue's name or what each dequeue asks for
    /// is.</exception>
    public TimestoneWorker(
        ITimestone timestone,
        string queue,
        IMessageHandler handler,
        TimestoneWorkerOptions? options = null,
        ILogger<TimestoneWorker>? logger = null,
        TimeProvider? timeProvider = null
    )
    {
        ArgumentNullException.ThrowIfNull(timestone);
        ArgumentNullException.ThrowIfNull(handler);
        _timestone = timestone;
        _queue = queue;
        _handler = handler;
        _options = (options ?? new TimestoneWorkerOptions()).Validated(queue);
        _logger = logger ?? NullLogger<TimestoneWorker>.Instance;
        _timeProvider = timeProvider ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        IPump? pump = null;
        using var keeper = new LeaseKeeper(
            (extensions, cancel) => pump!.ExtendAsync(extensions, cancel),
            _queue,
            _options.LeaseMargin,
            _timeProvider,
            _logger
        );
        var settlements = new SettlementBuffer(_queue, keeper, _logger);
        var waiting = Channel.CreateUnbounded<HeldLease>();
        var presence = new Presence(_options.WorkerName, _queue, _logger);
        pump = Pump(keeper, settlements, waiting.Writer, presence);
        var loop = new HandlerLoop(_queue, _handler, _options, pump, keeper, settlements, _logger);

        using var deadline = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _timeProvider);
        using var onDeadline = deadline.Token.Register(() => CancelHandlers(keeper));
        using var onStop = stoppingToken.Register(() => deadline.CancelAfter(_options.ShutdownTimeout));

        WorkerLog.Started(_logger, _options.WorkerName, _queue, _options.Concurrency);
        var handlers = Enumerable
            .Range(0, _options.Concurrency)
            .Select(_ => Task.Run(() => loop.RunAsync(waiting.Reader, stoppingToken), CancellationToken.None))
            .ToArray();
        if (_timestone is TimestoneClient watched)
            watched.Servers.Tried += presence.Note;
        try
        {
            await pump.RunAsync(stoppingToken, deadline.Token).ConfigureAwait(false);
            WorkerLog.Stopping(_logger, _options.WorkerName, _queue, keeper.Count);
            waiting.Writer.Complete();
            await pump.DrainAsync().ConfigureAwait(false);
        }
        finally
        {
            // Reached by a bug too: then nothing settles any more, so nothing should go on.
            waiting.Writer.TryComplete();
            keeper.CancelAll();
            if (_timestone is TimestoneClient client)
                client.Servers.Tried -= presence.Note;
        }

        await Task.WhenAll(handlers).ConfigureAwait(false);
    }

    private IPump Pump(LeaseKeeper keeper, SettlementBuffer settlements, ChannelWriter<HeldLease> waiting, Presence presence)
    {
        var pause = new Pause(_timeProvider);
        var settler = new Settler(_timestone, _queue, keeper, settlements, pause, _logger);
        var requests = new MessagePump(_timestone, _queue, _options, keeper, settlements, settler, pause, waiting, presence, _logger);
        return _timestone is TimestoneClient { Streams: { } streams }
            ? new StreamPump(streams, requests, _timestone, _queue, _options, keeper, settlements, settler, pause, waiting, presence)
            : requests;
    }

    private void CancelHandlers(LeaseKeeper keeper)
    {
        if (keeper.Count > 0)
            WorkerLog.ShutdownTimedOut(_logger, _queue, keeper.Count);
        keeper.CancelAll();
    }
}
