using Timestone.Bytes;
namespace Timestone.Journals.Files;

/// <summary>Builds queues from records, oldest first.</summary>
/// <param name="only">The number of the one queue to build; null for all.</param>
internal sealed class Replay(uint? only = null)
{
    private readonly RowDecoder _decoder = new();

    /// <summary>The queues by number, the deleted ones too.</summary>
    public Dictionary<uint, RecoveredQueue> Queues { get; } = [];

    /// <summary>How often the journal was started, as far as was read.</summary>
    public long Starts { get; private set; }

    /// <summary>Up to where the segment applied last is known to have been durable.</summary>
    public long DurableBefore { get; private set; }

    /// <summary>The chain's checksum at the end of the segment applied last.</summary>
    public uint Checksum { get; private set; }

    /// <summary>Whether the record applied last says that the journal was stopped.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Where the last commit ends that is not told in full; the beginning of the log when there is none.</summary>
    public LogPosition LastUntold { get; private set; } = LogPosition.Lost;

    /// <summary>Applies all whole records of a segment.</summary>
    /// <param name="segment">Its bytes.</param>
    /// <param name="number">Its number.</param>
    /// <param name="pass">Told where each record ends, and of the chain's checksum there; null for nobody.</param>
    /// <returns>Where they end, and what is behind.</returns>
    /// <exception cref="UnreadableLogException">A record that is whole means nothing.</exception>
    public (int End, TailFinding Tail) Apply(ReadOnlySpan<byte> segment, long number, Action<long, uint>? pass = null)
    {
        var scan = new SegmentScan(segment, number);
        var position = scan.Position;
        pass?.Invoke(position, scan.Checksum);
        while (scan.Next(out var body))
        {
            try
            {
                if (ApplyRecord(body, number))
                    LastUntold = new LogPosition(number, scan.Position);
            }
            catch (Exception failure) when (failure is InvalidDataException or OverflowException or TimestoneException)
            {
                throw new UnreadableLogException(
                    $"The record at offset {position} of {FileNames.Segment(number)} has a right checksum and no meaning: {failure.Message}",
                    failure
                );
            }

            position = scan.Position;
            pass?.Invoke(position, scan.Checksum);
        }

        (DurableBefore, Checksum) = (scan.DurableBefore, scan.Checksum);
        return (scan.Position, scan.Tail());
    }

    /// <summary>Takes into account which start made a segment.</summary>
    public void Started(long start) => Starts = Math.Max(Starts, start);

    /// <summary>Checks that nothing that records refer to was missing.</summary>
    /// <exception cref="IOException">Something was.</exception>
    public void CheckComplete()
    {
        if (Queues.Values.FirstOrDefault(static queue => !queue.Complete) is { } queue)
            throw new IOException($"The log of queue number {queue.Number} ('{queue.Row?.Name}') refers to messages that stand nowhere.");
    }

    // Null for one that is not to be built.
    private RecoveredQueue? QueueOf(ref ByteReader reader)
    {
        var number = checked((uint)reader.Varint());
        if (only is not null && only != number)
            return null;
        if (!Queues.TryGetValue(number, out var queue))
            Queues.Add(number, queue = new RecoveredQueue(number));
        return queue;
    }

    private bool ApplyRecord(ReadOnlySpan<byte> body, long segment)
    {
        var reader = new ByteReader(body);
        var untold = false;
        var kind = reader.Byte();
        HasEnded = kind == RecordFormat.End;
        switch (kind)
        {
            case RecordFormat.End:
                break;
            case RecordFormat.Start:
                Started((long)reader.Varint());
                break;
            case RecordFormat.Commit when QueueOf(ref reader) is { } queue:
                untold = queue.Apply(ref reader, _decoder, segment);
                break;
            case RecordFormat.Sequence when QueueOf(ref reader) is { } queue:
                queue.Had((long)reader.Varint(), segment);
                break;
            case RecordFormat.Commit or RecordFormat.Sequence:
                return false;
            default:
                throw new InvalidDataException("There is no such kind of record.");
        }

        if (!reader.AtEnd)
            throw new InvalidDataException("A record goes on behind its end.");
        return untold;
    }
}
