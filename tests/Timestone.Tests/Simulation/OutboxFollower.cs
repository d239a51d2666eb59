using Timestone.Engine;

namespace Timestone.Tests.Simulation;

/// <summary>
/// Follows the outbox of a simulated journal over all its crashes, and checks that it is told every transition, in order, at
/// least once; what comes again must have come before.
/// </summary>
internal sealed class OutboxFollower
{
    private readonly Dictionary<(string Queue, string Id, string Life), OutboxEntry> _latest = [];
    private IOutboxReader? _reader;
    private OutboxBatch? _read;

    /// <summary>Whether it was told that something was dropped: then it has no claim to completeness.</summary>
    public bool HasGap { get; private set; }

    /// <summary>Begins anew, as the process has.</summary>
    public void Restart() => (_reader, _read) = (null, null);

    /// <summary>Reads what there is now, or some of it, and perhaps acknowledges it.</summary>
    /// <param name="outbox">What to read.</param>
    /// <param name="random">Decides how much; null for all.</param>
    public void Follow(IOutbox outbox, Random? random)
    {
        _reader ??= outbox.OpenReader("follower", OutboxStart.Acknowledged);
        while (Read(_reader) is { } batch)
        {
            Take(batch);
            _read = batch;
            if (random?.Next(3) == 0)
                break;
        }

        if (_read is not null && random?.Next(2) == 0)
            _reader.AcknowledgeAsync(_read).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Checks that it knows exactly these messages, as they are.</summary>
    public void Check(IReadOnlyDictionary<string, (QueueRow Queue, MessageRow[] Rows)> queues)
    {
        if (!HasGap)
            Compare(queues, _latest.Values);
    }

    /// <summary>Checks what a reader is told that begins with the earliest.</summary>
    public static void CheckEarliest(IOutbox outbox, IReadOnlyDictionary<string, (QueueRow Queue, MessageRow[] Rows)> queues)
    {
        var follower = new OutboxFollower { HasGap = true };
        var reader = outbox.OpenReader("earliest", OutboxStart.Earliest);
        while (Read(reader) is { } batch)
            follower.Take(batch);
        Compare(queues, follower._latest.Values);
    }

    private static OutboxBatch? Read(IOutboxReader reader)
    {
        using var givesUp = new CancellationTokenSource();
        var next = reader.ReadAsync(givesUp.Token).AsTask();
        if (!next.IsCompleted)
            givesUp.Cancel();
        return next.IsCanceled ? null : next.GetAwaiter().GetResult();
    }

    private void Take(OutboxBatch batch)
    {
        HasGap |= batch.AfterGap;
        foreach (var entry in batch.Entries)
        {
            if (entry.Kind == OutboxEntryKind.QueueDeleted)
            {
                foreach (
                    var gone in _latest
                        .Where(pair =>
                            pair.Key.Queue == entry.Queue
                            && pair.Value.QueueCreatedAt == entry.QueueCreatedAt
                            && pair.Value.Kind != OutboxEntryKind.Removed
                        )
                        .Select(static pair => pair.Key)
                        .ToArray()
                )
                    _latest[gone] = _latest[gone] with { Kind = OutboxEntryKind.Removed };
                continue;
            }

            var key = (entry.Queue, entry.Id, entry.Life);
            var known = _latest.GetValueOrDefault(key);
            if (!HasGap && entry.Version > known.Version + 1)
                throw new SimulationFailure(
                    Invariant.TransitionsAreTold,
                    $"'{entry.Id}' of {entry.Queue} was told at version {entry.Version} after {known.Version}."
                );
            if (entry.Version > known.Version)
                _latest[key] = entry;
        }
    }

    private static void Compare(IReadOnlyDictionary<string, (QueueRow Queue, MessageRow[] Rows)> queues, IEnumerable<OutboxEntry> latest)
    {
        var told = latest.Where(static entry => entry.Kind != OutboxEntryKind.Removed).Select(Show).Order(StringComparer.Ordinal);
        var standing = queues
            .Values.SelectMany(static queue =>
                queue.Rows.Select(row => Show(OutboxEntry.Restated(queue.Queue.Name, queue.Queue.CreatedAt, row, row.State)))
            )
            .Order(StringComparer.Ordinal);
        if (!told.SequenceEqual(standing, StringComparer.Ordinal))
            throw new SimulationFailure(
                Invariant.TransitionsAreTold,
                $"Told was [{string.Join("; ", told)}], the journal holds [{string.Join("; ", standing)}]."
            );
    }

    private static string Show(OutboxEntry entry) =>
        $"{entry.Queue} {entry.Id} {entry.Life} {entry.State} v{entry.Version} a{entry.Attempt} p{entry.Priority} {entry.HasDeadline} {entry.EnqueuedAt} {entry.At} [{entry.Metadata}] {entry.Worker} {entry.Error} {entry.VisibleAt}";
}
