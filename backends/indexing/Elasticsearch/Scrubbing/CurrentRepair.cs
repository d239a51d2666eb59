namespace Timestone.Indexing.Elasticsearch;

/// <summary>Looks again at messages of the index of current messages that seemed to differ, and puts right what does.</summary>
/// <remarks>
/// Both sides go on meanwhile. The index is read first and the queue after it, so that the queue is never behind the index. At first sight
/// the queue had a version, and the index has since included everything of that time. So an index that still lacks that version differs;
/// one that has it, or a later one, does not, and what its queue has come to since is on its way. A message that its queue no longer holds
/// is one that left it meanwhile, whose removal is on its way, unless it was gone at the first sight already: then it becomes a suspect
/// again.
/// </remarks>
/// <param name="connection">Where the index is.</param>
/// <param name="journal">What the queues hold.</param>
/// <param name="found">Told each difference.</param>
/// <param name="failed">Told each message that cannot be judged because something failed: the message, and what.</param>
internal sealed class CurrentRepair(
    ElasticsearchConnection connection,
    JournalView journal,
    Action<Difference> found,
    Action<string, Exception> failed
)
{
    private readonly WriteTargets _targets = new(connection);

    // Of these nothing more is asked in this run: each question can take as long as the service's client is patient.
    private readonly Dictionary<string, Exception> _away = new(StringComparer.Ordinal);

    /// <summary>Judges and repairs.</summary>
    /// <returns>Those that have to be looked at once more, and how many cannot be judged.</returns>
    /// <exception cref="IOException">Elasticsearch cannot be reached or refuses.</exception>
    public async Task<(List<Suspect> Again, int Undecided)> RunAsync(IReadOnlyList<Suspect> suspects, CancellationToken cancellationToken)
    {
        _away.Clear();
        var (again, undecided) = (new List<Suspect>(), 0);
        var wrong = new List<Fault>();
        var documents = await FindAsync(suspects.Select(static suspect => suspect.Document), cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < suspects.Count; i++)
        {
            var (suspect, document) = (suspects[i], documents[i]);
            if (await AskQueueAsync(suspect, cancellationToken).ConfigureAwait(false) is not { Message: var held })
                continue;
            if (held is null && document is not null && suspect.Version > 0)
                again.Add(suspect with { Version = 0 });
            else if (KindOf(suspect, held, document) is { } kind)
                wrong.Add(new Fault(suspect, kind, held, document));
        }

        await RemoveAsync(wrong.FindAll(static fault => fault.Held is null), cancellationToken).ConfigureAwait(false);
        undecided += await WriteAsync(wrong.FindAll(static fault => fault.Held is not null), again, cancellationToken)
            .ConfigureAwait(false);
        return (again, undecided);
    }

    /// <summary>Whether a document differs from what its queue held just before: then it may be older, newer or other.</summary>
    public static bool Differs(IndexedMessage held, FoundDocument? document) => document?.Message != held;

    private static DifferenceKind? KindOf(Suspect suspect, IndexedMessage? held, FoundDocument? document)
    {
        if (held is null)
            return document is null ? null : DifferenceKind.LeftOver;
        if (document is null)
            return suspect.Version > 0 ? DifferenceKind.Missing : null;
        if (document.Message is not { } message)
            return DifferenceKind.Changed;
        if (message.Version < suspect.Version)
            return DifferenceKind.Outdated;
        return message.Version < held.Version || message == held ? null : DifferenceKind.Changed;
    }

    private ValueTask<IReadOnlyList<FoundDocument?>> FindAsync(IEnumerable<string> documents, CancellationToken cancellationToken)
    {
        string[] ids = [.. documents];
        return connection.PersistAsync((requests, stop) => requests.FindAsync(connection.Names.Current, ids, stop), cancellationToken);
    }

    // The message as its queue holds it now, or null where the queue does not hold it any more. Nothing where that cannot be found out,
    // which is told.
    private async Task<QueueAnswer?> AskQueueAsync(Suspect suspect, CancellationToken cancellationToken)
    {
        if (!_away.TryGetValue(suspect.Queue, out var why))
        {
            try
            {
                var held = await journal.FindAsync(suspect.Queue, suspect.Id, cancellationToken).ConfigureAwait(false);
                return new QueueAnswer(held?.Life == suspect.Life ? held : null);
            }
            catch (Exception problem) when (problem is not (IOException or OperationCanceledException))
            {
                why = problem;
                if (problem is TimestoneException { Code: ErrorCode.Unavailable })
                    _away[suspect.Queue] = problem;
            }
        }

        failed($"{suspect.Queue}/{suspect.Id}", why);
        return null;
    }

    // Refused is also what somebody has written again meanwhile.
    private async Task RemoveAsync(List<Fault> left, CancellationToken cancellationToken)
    {
        if (left.Count == 0)
            return;
        await SendAsync(left.Select(static fault => fault.Removal()), cancellationToken).ConfigureAwait(false);
        var documents = await FindAsync(left.Select(static fault => fault.Suspect.Document), cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < left.Count; i++)
            found(left[i].ToDifference(isRepaired: documents[i] is null));
    }

    // As an event would be written: what the pipeline brings meanwhile is newer, and stays. Elasticsearch does not know what was removed
    // with its whole queue: what left its queue between the look and the write would be back. So the queue is asked once more.
    private async Task<int> WriteAsync(List<Fault> faults, List<Suspect> again, CancellationToken cancellationToken)
    {
        if (faults.Count == 0)
            return 0;
        await SendAsync(faults.Select(static fault => WriteOf(fault.Held!)), cancellationToken).ConfigureAwait(false);
        var documents = await FindAsync(faults.Select(static fault => fault.Suspect.Document), cancellationToken).ConfigureAwait(false);
        var undecided = 0;
        for (var i = 0; i < faults.Count; i++)
        {
            var (fault, document) = (faults[i], documents[i]);
            if (await AskQueueAsync(fault.Suspect, cancellationToken).ConfigureAwait(false) is not { Message: var held })
                continue;
            var isNewer = document?.Message?.Version > fault.Held!.Version && !fault.IsAhead;
            if (held is null)
                again.Add(fault.Suspect with { Version = 0 });
            else if (isNewer || document?.Message == fault.Held)
                found(fault.ToDifference(isRepaired: true));
            else if (await ForceAsync(fault, document, held, again, cancellationToken).ConfigureAwait(false) is { } isRepaired)
                found(fault.ToDifference(isRepaired));
            else
                undecided++;
        }

        return undecided;
    }

    // Elasticsearch knows a version as new of the document, or of its removal, which no event has brought: somebody else has written or
    // deleted it, or the queue lost what it had committed. What the queue holds is put in its place. That is no event's version: so the
    // next events of the message can be refused as old, and then it is found outdated again. A removal that comes between leaves what was
    // just written: a look at the queue afterwards finds that.
    private async Task<bool?> ForceAsync(
        Fault fault,
        FoundDocument? document,
        IndexedMessage held,
        List<Suspect> again,
        CancellationToken cancellationToken
    )
    {
        var suspect = fault.Suspect;
        try
        {
            if (
                !await connection
                    .Requests.ReplaceAsync(connection.Names.Current, suspect.Document, document, WriteOf(held).Document!, cancellationToken)
                    .ConfigureAwait(false)
            )
                return null;
        }
        catch (ElasticsearchException refused) when (!refused.IsTransient)
        {
            return false;
        }

        if (await AskQueueAsync(suspect, cancellationToken).ConfigureAwait(false) is { Message: null })
            again.Add(suspect with { Version = 0 });
        return true;
    }

    private static BulkWrite WriteOf(IndexedMessage held) => BulkWrite.Of(StreamEvent.Of(held), held);

    private ValueTask SendAsync(IEnumerable<BulkWrite> writes, CancellationToken cancellationToken) =>
        connection.Retrying.ExecuteAsync(new BulkRun(connection, _targets, writes).TryAsync, cancellationToken);

    private sealed record QueueAnswer(IndexedMessage? Message);

    private sealed record Fault(Suspect Suspect, DifferenceKind Kind, IndexedMessage? Held, FoundDocument? Document)
    {
        // Whether the index had a version that the queue has not come to.
        public bool IsAhead => Document?.Message?.Version > Held?.Version;

        public Difference ToDifference(bool isRepaired) =>
            new(Suspect.Queue, Suspect.Id, Kind, Held?.Version ?? Document?.Message?.Version ?? 0, isRepaired);

        // Of a version that no document of this life has had.
        public BulkWrite Removal()
        {
            var removed = new RemovedMessage(Suspect.Queue, Suspect.Id, Suspect.Life, (int)Math.Min(int.MaxValue, Document!.Version + 1));
            return BulkWrite.Of(StreamEvent.Of(removed), removed);
        }
    }
}
