using Timestone.Engine;

namespace Timestone.Journals.Files;

/// <summary>How a <see cref="FileJournal"/> works.</summary>
public sealed record FileJournalOptions
{
    /// <summary>Where it lies: a directory, made when it does not exist. Not looked at when <see cref="Disk"/> is given.</summary>
    public string Directory { get; init; } = "data";

    /// <summary>When commits are answered.</summary>
    public Durability Durability { get; init; }

    /// <summary>Bytes of a segment, preallocated; 4 KiB to 1 GiB. A larger commit gets a segment of its own.</summary>
    public int SegmentBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// Whether commits are told in full, so that <see cref="FileJournal.Outbox"/> can be read. Costs about 60 bytes of log a
    /// transition, and its id and metadata.
    /// </summary>
    public bool Outbox { get; init; }

    /// <summary>Bytes of log that may wait for the slowest reader of the outbox before the oldest are given up. More than 0.</summary>
    public long OutboxLimitBytes { get; init; } = 8L * 1024 * 1024 * 1024;

    /// <summary>
    /// Whether to start although something that became durable is lost: with what is left, and what is lost is told. Only where
    /// a start without it is refused, and nothing can be put back.
    /// </summary>
    public bool AcceptDataLoss { get; init; }

    /// <summary>The disk to work on instead of <see cref="Directory"/>, for simulations.</summary>
    public IJournalDisk? Disk { get; init; }

    /// <summary>
    /// Whether the journal has no threads and timers of its own and does everything inside the calls of one driver thread,
    /// in an order that depends on nothing else. Then <see cref="FileJournal.WritePending"/>, <see cref="FileJournal.Housekeep"/>
    /// and <see cref="FileJournal.CompactAsync"/> are for the driver to call; see <see cref="FileJournal"/>.
    /// </summary>
    public bool Manual { get; init; }

    /// <summary>What the periodic housekeeping is timed by.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// Tells the machine's time since its boot, for what is noted of a queue's time; answers null where it cannot be told.
    /// </summary>
    public Func<BootTime?> BootClock { get; init; } = Posix.TimeSinceBoot;

    /// <summary>
    /// Told what an operator should know: text, and the exception behind it if there is one. Called on the journal's threads; must not
    /// throw.
    /// </summary>
    public Action<string, Exception?>? Notify { get; init; }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(SegmentBytes, 4 * 1024, nameof(SegmentBytes));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SegmentBytes, 1024 * 1024 * 1024, nameof(SegmentBytes));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(OutboxLimitBytes, nameof(OutboxLimitBytes));
        if (Disk is null)
            ArgumentException.ThrowIfNullOrWhiteSpace(Directory, nameof(Directory));
        if (!Enum.IsDefined(Durability))
            throw new ArgumentOutOfRangeException(nameof(Durability));
    }
}
