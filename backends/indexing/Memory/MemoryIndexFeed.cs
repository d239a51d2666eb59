using Microsoft.Extensions.Logging;
using Timestone.Engine;
using Timestone.Events;

namespace Timestone.Indexing.Memory;

/// <summary>An index in memory with what feeds it, from the earliest that an outbox has.</summary>
public sealed class MemoryIndexFeed : IAsyncDisposable
{
    private readonly OutboxPump _pump;

    private MemoryIndexFeed(MemoryIndex index, OutboxPump pump) => (Index, _pump) = (index, pump);

    /// <summary>The index.</summary>
    public MemoryIndex Index { get; }

    /// <summary>Makes an empty index and begins to feed it.</summary>
    /// <param name="outbox">What it is fed from.</param>
    /// <param name="logger">Is told when the outbox cannot be read.</param>
    /// <param name="timeProvider">What reads that wait for a write go by; null for the system's time, which the feeding always has.</param>
    /// <param name="options">How much the index keeps; null for the defaults.</param>
    public static MemoryIndexFeed Start(
        IOutbox outbox,
        ILogger<OutboxPump> logger,
        TimeProvider? timeProvider = null,
        MemoryIndexOptions? options = null
    )
    {
        OutboxPump? pump = null;
        var index = new MemoryIndex(options, timeProvider, outbox.IsPartial, () => pump!.LagAsync());
        pump = new OutboxPump("memory", outbox, OutboxStart.Earliest, index, logger);
        return new MemoryIndexFeed(index, pump);
    }

    /// <summary>Stops feeding it.</summary>
    public ValueTask DisposeAsync() => _pump.DisposeAsync();
}
