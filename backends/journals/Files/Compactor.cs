using Timestone.Engine;

namespace Timestone.Journals.Files;

/// <summary>
/// Deletes the oldest segment, after the owners of what is still needed in it have written that once more at the end of the log.
/// </summary>
/// <remarks>
/// Why this loses nothing. Take message M and the oldest segment S.
/// 1. Records of M are in the order of its life, and its content is in its first one. So where S holds a state of M but not
///    its content, an older segment held the content and was deleted: M was written again before that, or removed. A state
///    needs no copy.
/// 2. Where S holds M's content and M is stored, its owner is asked to write it again, content and state as they are then,
///    through an ordinary commit: so nothing that happens to M meanwhile can be undone by the copy.
/// 3. S is deleted only when the journal itself has seen M written again, or removed, durably since it asked. An owner that
///    has removed M in its memory and not committed that yet does not count.
/// 4. Where M is not stored any more, its removal is durable, in S or later. With S the content goes; a removal that is left
///    behind without a content means nothing.
/// 5. A queue's own row is written again by the journal, which knows it (<see cref="Restatement"/>).
/// 6. The last sequence is named by M's records. When the last of them go with S and M is not stored, the journal writes the
///    sequence itself (<see cref="SequenceNote"/>), so that it is never given to another message.
/// 7. A crash at any point leaves S, or S's successors with all that is needed. Both copies of M together are M, as the
///    later record counts.
/// </remarks>
internal sealed class Compactor(
    FileJournal journal,
    IJournalDisk disk,
    SegmentedLog log,
    QueueCatalog queues,
    Reserve reserve,
    FileOutbox? outbox,
    int segmentBytes
)
{
    private const int KeysAtOnce = 1000;

    // What a log may always be long, in segments, and what a segment counts for at least, as a part of one: so that the short
    // segments that restarts after torn tails leave behind go too.
    private const int FewSegments = 2, LeastPart = 16;

    private SegmentBuffer? _buffer;
    private long _spent;

    // While room is scarce: the last segment of the round through the log that is under way, and how long the log must be for another.
    private long _roundEnd;
    private long _nextRound;
    private bool _running;

    /// <summary>
    /// Compacts the oldest segment if the log is more than twice as long as what lives in it; on a full disk, five quarters; where
    /// room is scarce, whenever something may be gained.
    /// </summary>
    /// <remarks>
    /// What lives is an estimate, and what is dead can stand in the newest segments. So that a compaction that frees little
    /// cannot go on for ever, one that wrote again more than three quarters of its segment is paid for by what was appended
    /// since: the log of a busy queue stays near twice its live size, and an idle journal comes to rest. Where room is scarce
    /// there may be nothing that could be appended to pay. So there a round through the whole log is made, and another one when a
    /// quarter of a segment was appended, or when what is dead is clearly half a segment.
    /// </remarks>
    /// <returns>Whether a segment was deleted, so that it may be worth to go on.</returns>
    public async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        if (_running)
            return false;
        if (!IsWorthIt() || log.Oldest is not { } segment || outbox?.LetsGo(segment, reserve.Full) == false)
        {
            // As large as a segment, and not needed for long.
            _buffer = null;
            return false;
        }

        _running = true;
        try
        {
            var rewritten = await RewriteAsync(segment, cancellationToken).ConfigureAwait(false);
            if (rewritten < 0)
                return false;
            _spent += rewritten * (rewritten > segment.Length / 4 * 3 ? 2 : 1);
            await journal.DeleteOldestAsync(segment.Number).ConfigureAwait(false);
            outbox?.Deleted(segment);
            return true;
        }
        finally
        {
            reserve.Compacted();
            _running = false;
        }
    }

    private bool IsWorthIt()
    {
        var bytes = log.Segments.Sum(segment => Math.Max(segment.Length, segmentBytes / LeastPart));
        var live = reserve.Total.Bytes;
        if (reserve.Room != JournalRoom.Ample)
            return bytes > live + (segmentBytes / 2) || GoesRound();
        return log.AppendedBytes >= _spent
            && (reserve.Full ? bytes > live / 4 * 5 : bytes > (2 * live) + (FewSegments * (long)segmentBytes));
    }

    private bool GoesRound()
    {
        if (_roundEnd == 0 && log.AppendedBytes >= _nextRound)
            _roundEnd = log.Segments[^1].Number;
        if (log.Oldest is { } oldest && oldest.Number <= _roundEnd)
            return true;
        if (_roundEnd != 0)
            (_roundEnd, _nextRound) = (0, log.AppendedBytes + (segmentBytes / 4));
        return false;
    }

    // Answers the bytes written again; less than zero when something is not, and the segment has to stay.
    private async Task<long> RewriteAsync(LogSegment segment, CancellationToken cancellationToken)
    {
        foreach (var queue in queues.Existing)
        {
            if (queue.RowSegment <= segment.Number)
                await journal.RestateAsync(queue, segment.Number).ConfigureAwait(false);
            if (queue.LosesSequence(segment.Number))
                await journal.NoteSequenceAsync(queue, segment.Number).ConfigureAwait(false);
        }

        _buffer ??= new SegmentBuffer();
        _buffer.Read(disk, segment);
        var contents = new SegmentContents(_buffer, segment, queues);
        for (var before = 0L; contents.Next(KeysAtOnce) is { } found; before = contents.Bytes)
        {
            // So that a commit is not much longer than a sixteenth of a segment.
            var bytesOfOne = (contents.Bytes - before) / found.Values.Sum(static keys => keys.Count);
            var atOnce = (int)Math.Clamp(segmentBytes / LeastPart / Math.Max(1, bytesOfOne), 1, KeysAtOnce);
            foreach (var (queue, keys) in found)
            {
                foreach (var chunk in keys.Chunk(atOnce))
                {
                    if (!await RewriteAsync(queue, chunk, cancellationToken).ConfigureAwait(false))
                        return -1;
                }
            }
        }

        return contents.Bytes;
    }

    private static async Task<bool> RewriteAsync(QueueState queue, RowKey[] keys, CancellationToken cancellationToken)
    {
        if (queue.Owner is not { } owner)
            return queue.Deleted;
        queue.Await(keys);
        await owner.RewriteAsync(keys, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
        return queue.AwaitedAllDone();
    }
}
