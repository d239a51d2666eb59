namespace Timestone.Grains.Wire;

/// <summary><see cref="QueueStats"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.queueStats")]
internal struct WireQueueStats
{
    [Id(0)]
    public string Queue;

    [Id(1)]
    public DateTimeOffset At;

    [Id(2)]
    public StateCounts Counts;

    [Id(3)]
    public TimeSpan? OldestPending;

    [Id(4)]
    public Lateness Lateness;

    [Id(5)]
    public QueueRates Rates;

    [Id(6)]
    public RemovalCounts? Removed;

    [Id(7)]
    public WireJournalSpace? Journal;
}

/// <summary><see cref="JournalSpace"/> on the wire.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.journalSpace")]
internal struct WireJournalSpace
{
    [Id(0)]
    public JournalRoom Room;

    [Id(1)]
    public long? BytesFree;

    [Id(2)]
    public long BytesReserved;

    [Id(3)]
    public long BytesNeeded;
}

[RegisterConverter]
internal sealed class QueueStatsConverter : IConverter<QueueStats, WireQueueStats>
{
    public QueueStats ConvertFromSurrogate(in WireQueueStats wire) => new()
    {
        Queue = wire.Queue,
        At = wire.At,
        Counts = wire.Counts,
        OldestPending = wire.OldestPending,
        Lateness = wire.Lateness,
        Rates = wire.Rates,
        Removed = wire.Removed ?? new RemovalCounts(0, 0, 0),
        Journal = wire.Journal is { } journal ? new(journal.Room, journal.BytesFree, journal.BytesReserved, journal.BytesNeeded) : null,
    };

    public WireQueueStats ConvertToSurrogate(in QueueStats value) => new()
    {
        Queue = value.Queue,
        At = value.At,
        Counts = value.Counts,
        OldestPending = value.OldestPending,
        Lateness = value.Lateness,
        Rates = value.Rates,
        Removed = value.Removed,
        Journal = value.Journal is { } journal
            ? new() { Room = journal.Room, BytesFree = journal.BytesFree, BytesReserved = journal.BytesReserved, BytesNeeded = journal.BytesNeeded }
            : null,
    };
}
