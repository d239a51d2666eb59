namespace Timestone.Backends.Elasticsearch;

/// <summary>Looks again at messages of the index of current messages that seemed to differ, and puts right what does.</summary>
/// <remarks>
/// Both sides go on meanwhile. The index is read first and the queue after it, so that the queue is never behind the index. At first sight the
/// queue had a version, and the index has since included everything of that time. So an index that still lacks that version differs; one that has
/// it, or a later one, does not, and what its queue has come to since is on its way. A message that its queue no longer holds is one that left
/// it meanwhile, whose removal is on its way, unless it was gone at the first sight already: then it becomes a suspect again.
/// </remarks>
internal sealed class CurrentRepair(ElasticsearchConnection connection, JournalView journal, Action<Difference> found)
{
    private readonly WriteTargets _targets = new(connection);

    /// <summary>Judges and repairs.</summary>
    /// <returns>Those that have to be looked at once more, and how many cannot be judged.</returns>
    /// <exception cref="IOException">Elasticsearch cannot be reached or refuses.</exception>
    /// <exception cref="TimestoneException">The service cannot be asked.</exception>
    public async Task<(List<Suspect> Again, int Undecided)> RunAsync(IReadOnlyList<Suspect> suspects, CancellationToken cancellationToken)
    {
        var (again, undecided) = (new List<Suspect>(), 0);
        var wrong = new List<Fault>();
        var documents = await FindAsync(suspects.Select(static suspect => suspect.Document), cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < suspects.Count; i++)
        {
            var (suspect, document) = (suspects[i], documents[i]);
            var held = await journal.FindAsync(suspect.Queue, suspect.Id, cancellationToken).ConfigureAwait(false);
            held = held?.Indexed.Life == suspect.Life ? held : null;
            if (held is null && document is not null && suspect.Version > 0)
                again.Add(suspect with { Version = 0 });
            else if (KindOf(suspect, held, document) is { } kind)
                wrong.Add(new Fault(suspect, kind, held, document));
        }

        await RemoveAsync(wrong.FindAll(static fault => fault.Held is null), cancellationToken).ConfigureAwait(false);
        undecided += await WriteAsync(wrong.FindAll(static fault => fault.Held is not null), again, cancellationToken).ConfigureAwait(false);
        return (again, undecided);
    }

    /// <summary>Whether a document differs from what its queue held just before: then it may be older, newer or other.</summary>
    public static bool Differs(JournalMessage held, FoundDocument? document) => document?.Message != held.Indexed;

    private static DifferenceKind? KindOf(Suspect suspect, JournalMessage? held, FoundDocument? document)
    {
        if (held is null)
            return document is null ? null : DifferenceKind.LeftOver;
        if (document is null)
            return suspect.Version > 0 ? DifferenceKind.Missing : null;
        if (document.Message is not { } message)
            return DifferenceKind.Changed;
        if (message.Version < suspect.Version)
            return DifferenceKind.Outdated;
        return message.Version < held.Indexed.Version || message == held.Indexed ? null : DifferenceKind.Changed;
    }

    private ValueTask<IReadOnlyList<FoundDocument?>> FindAsync(IEnumerable<string> documents, CancellationToken cancellationToken)
    {
        string[] ids = [.. documents];
        return connection.PersistAsync((requests, stop) => requests.FindAsync(connection.Names.Current, ids, stop), cancellationToken);
    }

    private async Task RemoveAsync(List<Fault> left, CancellationToken cancellationToken)
    {
        if (left.Count == 0)
            return;
        var rejected = await SendAsync(left.Select(static fault => fault.Removal()), cancellationToken).ConfigureAwait(false);
        foreach (var fault in left)
            found(fault.ToDifference(isRepaired: rejected == 0));
    }

    // As an event would be written: what the pipeline brings meanwhile is newer, and stays.
    private async Task<int> WriteAsync(List<Fault> faults, List<Suspect> again, CancellationToken cancellationToken)
    {
        if (faults.Count == 0)
            return 0;
        await SendAsync(faults.Select(static fault => fault.Held!.Write()), cancellationToken).ConfigureAwait(false);
        var documents = await FindAsync(faults.Select(static fault => fault.Suspect.Document), cancellationToken).ConfigureAwait(false);
        var undecided = 0;
        for (var i = 0; i < faults.Count; i++)
        {
            var (fault, document) = (faults[i], documents[i]);
            var isNewer = document?.Message?.Version > fault.Held!.Indexed.Version && !fault.IsAhead;
            if (isNewer || document?.Message == fault.Held.Indexed)
                found(fault.ToDifference(isRepaired: true));
            else if (await ForceAsync(fault, document, again, cancellationToken).ConfigureAwait(false) is { } isRepaired)
                found(fault.ToDifference(isRepaired));
            else
                undecided++;
        }

        return undecided;
    }

    // Elasticsearch knows a version as new of the document, or of its removal, which no event has brought: somebody else has written or deleted it,
    // or the queue lost what it had committed. What the queue holds is put in its place. That is no event's version: so the next events of the
    // message can be refused as old, and then it is found outdated again. A removal that comes between leaves what was just written: a look at the
    // queue afterwards finds that.
    private async Task<bool?> ForceAsync(Fault fault, FoundDocument? document, List<Suspect> again, CancellationToken cancellationToken)
    {
        var suspect = fault.Suspect;
        var held = await journal.FindAsync(suspect.Queue, suspect.Id, cancellationToken).ConfigureAwait(false);
        if (held?.Indexed.Life != suspect.Life)
            return null;
        try
        {
            if (!await connection.Requests.ReplaceAsync(connection.Names.Current, suspect.Document, document, held.Write().Document!, cancellationToken).ConfigureAwait(false))
                return null;
        }
        catch (ElasticsearchException refused) when (!refused.IsTransient)
        {
            return false;
        }

        if ((await journal.FindAsync(suspect.Queue, suspect.Id, cancellationToken).ConfigureAwait(false))?.Indexed.Life != suspect.Life)
            again.Add(suspect with { Version = 0 });
        return true;
    }

    private async Task<int> SendAsync(IEnumerable<BulkWrite> writes, CancellationToken cancellationToken)
    {
        var run = new BulkRun(connection, _targets, writes);
        await connection.Retrying.ExecuteAsync(run.TryAsync, cancellationToken).ConfigureAwait(false);
        return run.Rejected.Count;
    }

    private sealed record Fault(Suspect Suspect, DifferenceKind Kind, JournalMessage? Held, FoundDocument? Document)
    {
        // Whether the index had a version that the queue has not come to.
        public bool IsAhead => Document?.Message?.Version > Held?.Indexed.Version;

        public Difference ToDifference(bool isRepaired) =>
            new(Suspect.Queue, Suspect.Id, Kind, Held?.Indexed.Version ?? Document?.Message?.Version ?? 0, isRepaired);

        // Of a version that no document of this life has had.
        public BulkWrite Removal()
        {
            var removed = new RemovedMessage(Suspect.Queue, Suspect.Id, Suspect.Life, (int)Math.Min(int.MaxValue, Document!.Version + 1));
            return BulkWrite.Of(new StreamEvent { Schema = StreamEvent.CurrentSchema, Kind = StreamEventKind.MessageRemoved, RemovedMessage = removed }, removed);
        }
    }
}
