namespace Timestone.Cli;

/// <summary>
/// Compares the index with the queues while both go on. All messages are listed from both; where they differ, the message is
/// looked at once more by itself, and the index is waited for, until both have been seen while the message did not change.
/// </summary>
internal sealed class IndexVerifier(ITimestone timestone, TimeSpan wait)
{
    // A message that has changed during as many looks is one that the index follows: each look waits for what the queue said before.
    private const int Looks = 10;

    private readonly List<IndexDifference> _differences = [];

    /// <summary>Compares one queue, or with null all that the service or the index knows.</summary>
    public async Task<IndexVerdict> VerifyAsync(string? queue, CancellationToken cancellationToken)
    {
        var queues = queue is null ? await AllQueuesAsync(cancellationToken).ConfigureAwait(false) : [queue];
        var messages = 0L;
        foreach (var name in queues)
            messages += await VerifyQueueAsync(name, cancellationToken).ConfigureAwait(false);
        return new IndexVerdict(queues.Count, messages, _differences);
    }

    private async Task<IReadOnlyList<string>> AllQueuesAsync(CancellationToken cancellationToken)
    {
        var known = await Paging.AllQueuesAsync(timestone, cancellationToken).ConfigureAwait(false);
        var indexed = await timestone.GetSearchStatsAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        return [.. known.Select(static queue => queue.Name).Union(indexed.Queues.Select(static queue => queue.Queue)).Order(StringComparer.Ordinal)];
    }

    private async Task<long> VerifyQueueAsync(string queue, CancellationToken cancellationToken)
    {
        var journal = await ListJournalAsync(queue, cancellationToken).ConfigureAwait(false);
        var index = await ListIndexAsync(queue, cancellationToken).ConfigureAwait(false);
        foreach (var id in journal.Keys.Union(index.Keys).Order(StringComparer.Ordinal))
        {
            var (there, here) = (journal.GetValueOrDefault(id), index.GetValueOrDefault(id));
            if (ComparedMessage.Differences(queue, id, there, here).Any())
                _differences.AddRange(await LookAgainAsync(queue, id, (there ?? here)!, cancellationToken).ConfigureAwait(false));
        }

        return journal.Count;
    }

    private async Task<IEnumerable<IndexDifference>> LookAgainAsync(string queue, string id, ComparedMessage known, CancellationToken cancellationToken)
    {
        for (var look = 0; look < Looks; look++)
        {
            var before = await FindInJournalAsync(queue, id, cancellationToken).ConfigureAwait(false);
            var indexed = await FindInIndexAsync(queue, id, before ?? known, before?.Version, cancellationToken).ConfigureAwait(false);

            // A removal counts as one version more.
            if (before is null && indexed is not null)
                indexed = await FindInIndexAsync(queue, id, indexed, indexed.Version + 1, cancellationToken).ConfigureAwait(false);
            var differences = ComparedMessage.Differences(queue, id, before, indexed).ToList();
            if (differences.Count == 0 || before == await FindInJournalAsync(queue, id, cancellationToken).ConfigureAwait(false))
                return differences;
        }

        return [];
    }

    private async Task<ComparedMessage?> FindInJournalAsync(string queue, string id, CancellationToken cancellationToken)
    {
        try
        {
            return ComparedMessage.Of(await timestone.GetMessageAsync(queue, id, cancellationToken).ConfigureAwait(false));
        }
        catch (TimestoneException absent) when (absent.Code is ErrorCode.MessageNotFound or ErrorCode.QueueNotFound)
        {
            return null;
        }
    }

    /// <summary>Finds a message by what never changes of it, after a version if the index comes to include it in time.</summary>
    private async Task<ComparedMessage?> FindInIndexAsync(string queue, string id, ComparedMessage known, int? version, CancellationToken cancellationToken)
    {
        var search = new MessageSearch
        {
            Queue = queue,
            MinPriority = known.Priority,
            MaxPriority = known.Priority,
            EnqueuedFrom = known.EnqueuedAt,
            EnqueuedBefore = known.EnqueuedAt + TimeSpan.FromMilliseconds(1),
            Limit = Limits.MaxPage,
        };
        try
        {
            return await SearchAsync(search with { After = version is { } after ? new IndexedWrite(queue, id, after) : null, Wait = wait }, id, cancellationToken).ConfigureAwait(false);
        }
        catch (TimestoneException late) when (late is { Code: ErrorCode.Unavailable, Error.Field: "after" })
        {
            // What it holds instead is what differs.
            return await SearchAsync(search, id, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<ComparedMessage?> SearchAsync(MessageSearch search, string id, CancellationToken cancellationToken)
    {
        await foreach (var message in AllAsync(search, cancellationToken).ConfigureAwait(false))
        {
            if (message.Id == id)
                return ComparedMessage.Of(message);
        }

        return null;
    }

    private async Task<Dictionary<string, ComparedMessage>> ListIndexAsync(string queue, CancellationToken cancellationToken)
    {
        var messages = new Dictionary<string, ComparedMessage>(StringComparer.Ordinal);
        await foreach (var message in AllAsync(new MessageSearch { Queue = queue, Limit = Limits.MaxPage }, cancellationToken).ConfigureAwait(false))
            messages[message.Id] = ComparedMessage.Of(message);
        return messages;
    }

    private async Task<Dictionary<string, ComparedMessage>> ListJournalAsync(string queue, CancellationToken cancellationToken)
    {
        var messages = new Dictionary<string, ComparedMessage>(StringComparer.Ordinal);
        string? after = null;
        do
        {
            MessagePage page;
            try
            {
                page = await timestone.ListMessagesAsync(queue, state: null, after, Limits.MaxPage, cancellationToken).ConfigureAwait(false);
            }
            catch (TimestoneException absent) when (absent.Code == ErrorCode.QueueNotFound)
            {
                return [];
            }

            foreach (var message in page.Messages)
                messages[message.Id] = ComparedMessage.Of(message);
            after = page.Next;
        }
        while (after is not null);
        return messages;
    }

    private async IAsyncEnumerable<IndexedMessage> AllAsync(MessageSearch search, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do
        {
            var page = await timestone.SearchMessagesAsync(search, cancellationToken).ConfigureAwait(false);
            foreach (var message in page.Messages)
                yield return message;
            search = search with { Cursor = page.Next };
        }
        while (search.Cursor is not null);
    }
}
