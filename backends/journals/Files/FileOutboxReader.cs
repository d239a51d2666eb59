using Timestone.Engine;

namespace Timestone.Journals.Files;

/// <summary>Follows the log for one reader.</summary>
/// <param name="outbox">Who keeps the log for it.</param>
/// <param name="place">How far it has acknowledged.</param>
/// <param name="tail">Where it reads.</param>
/// <param name="decoder">What makes entries of records.</param>
/// <param name="lastUntold">Where the log begins to be told in full.</param>
/// <param name="whole">Up to where all must have been read to know what the journal held when this began; null for one that goes on where
/// it was.</param>
internal sealed class FileOutboxReader(
    FileOutbox outbox,
    OutboxPlace place,
    LogTail tail,
    OutboxDecoder decoder,
    LogPosition lastUntold,
    LogPosition? whole
) : IOutboxReader
{
    private const int BatchEntries = 4_000;

    // Log that was read for one batch; a record can be longer.
    private const int BatchBytes = 4 * 1024 * 1024;

    private LogPosition _given = tail.Position;

    // A list that was acknowledged, to be filled again.
    private List<OutboxEntry>? _spare;

    public async ValueTask<OutboxBatch> ReadAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var more = outbox.NextPublish();
            if (Gather() is { } batch)
                return batch;
            await more.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public ValueTask AcknowledgeAsync(OutboxBatch batch, CancellationToken cancellationToken = default)
    {
        var acknowledged = (Batch)batch;
        outbox.Acknowledge(place, acknowledged.End);
        acknowledged.List.Clear();
        _spare = acknowledged.List;
        return default;
    }

    public ValueTask<TimeSpan?> LagAsync(CancellationToken cancellationToken = default) => new(outbox.LagOf(place, whole));

    public ValueTask DisposeAsync()
    {
        tail.Dispose();
        outbox.Close(place);
        return default;
    }

    private Batch? Gather()
    {
        var entries = _spare ?? [];
        _spare = null;
        var start = tail.Position;
        try
        {
            for (var bytes = 0L; entries.Count < BatchEntries && bytes < BatchBytes && tail.Next(out var body); bytes += body.Length)
            {
                decoder.Decode(body, entries);
                if (tail.Position.CompareTo(lastUntold) >= 0)
                    decoder.EndUntold();
            }
        }
        catch (Exception problem) when (problem is IOException or InvalidDataException)
        {
            tail.Return(start);
            entries.Clear();
            _spare = entries;
            throw problem as IOException
                ?? new IOException($"A record of {FileNames.Segment(start.Segment)} cannot be understood: {problem.Message}", problem);
        }

        if (entries.Count > 0 || tail.HasGap || decoder.Missed)
        {
            var batch = new Batch(entries, tail.HasGap || decoder.Missed, _given = tail.Position);
            (tail.HasGap, decoder.Missed) = (false, false);
            return batch;
        }

        _spare = entries;
        outbox.PassOver(place, _given, tail.Position);
        return null;
    }

    private sealed class Batch(List<OutboxEntry> entries, bool afterGap, LogPosition end) : OutboxBatch(entries, afterGap)
    {
        public List<OutboxEntry> List => entries;

        public LogPosition End => end;
    }
}
