using Microsoft.Extensions.Logging;
using Timestone.Engine;

namespace Timestone.Events;

/// <summary>Says in the log when an outbox fills, when it has room again, and when something of it was dropped.</summary>
internal sealed class OutboxWatch(string reader, IOutbox outbox, ILogger logger)
{
    private const double Filling = 0.8, Relaxed = 0.5;

    private bool _filling;
    private long _dropped = outbox.Backlog.Dropped;

    /// <summary>Looks; says only what is new.</summary>
    public void Look()
    {
        var now = outbox.Backlog;
        if (now.Dropped > _dropped)
            PumpLog.Dropped(logger, reader, now.Dropped - _dropped, now.Unit);
        _dropped = now.Dropped;
        if (!_filling && now.Waiting > now.Limit * Filling)
            PumpLog.Filling(logger, reader, now.Waiting, now.Limit, now.Unit);
        else if (_filling && now.Waiting < now.Limit * Relaxed)
            PumpLog.Relaxed(logger, reader, now.Waiting, now.Limit, now.Unit);
        _filling = now.Waiting > now.Limit * (_filling ? Relaxed : Filling);
    }
}
