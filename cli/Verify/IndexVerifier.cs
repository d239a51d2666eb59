namespace Timestone.Cli;

/// <summary>
/// Compares the index with the queues while both go on. All messages are listed from both; where they differ, the message is
/// looked at again by itself, until it is found the same or the time is over that the index is given to follow. What still differs
/// then differs, unless the message has changed during the look, too: that look had waited for what the queue said before.
/// </summary>
internal sealed class IndexVerifier(ITimestone timestone, TimeSpan wait, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly List<IndexDifference> _differences = [];

    /// <summary>Compares one queue, or with null all that the service or the index knows.</summary>
    public async Task<IndexVerdict> VerifyAsync(string? queue, CancellationToken cancellationToken)
    {
        var request = queue is null ? null : new StatsRequest { Queue = queue };
        var indexed = await timestone.GetSearchStatsAsync(request, cancellationToken).ConfigureAwait(false);
        var queues = queue is null ? await AllQueuesAsync(indexed, cancellationToken).ConfigureAwait(false) : [queue];
        var messages = 0L;
        foreach (var name in queues)
            messages += await VerifyQueueAsync(name, cancellationToken).ConfigureAwait(false);
        return new IndexVerdict(queues.Count, messages, _differences, indexed.Freshness.Incomplete);
    }

    private async Task<IReadOnlyList<string>> AllQueuesAsync(SearchStats indexed, CancellationToken cancellationToken)
    {
        var known = await Paging.AllQueuesAsync(timestone, cancellationToken).ConfigureAwait(false);
        return
        [
            .. known
                .Queues.Select(static queue => queue.Name)
                .Union(known.Unreadable ?? [])
                .Union(indexed.Queues.Select(static queue => queue.Queue))
                .Order(StringComparer.Ordinal),
        ];
    }

    private async Task<long> VerifyQueueAsync(string queue, CancellationToken cancellationToken)
    {
        var journal = await ListJournalAsync(queue, cancellationToken).ConfigureAwait(false);
        var index = await ListIndexAsync(queue, cancellationToken).ConfigureAwait(false);
        var suspects =
            from id in journal.Keys.Union(index.Keys).Order(StringComparer.Ordinal)
            let there = journal.GetValueOrDefault(id)
            let here = index.GetValueOrDefault(id)
            where IndexDifference.Between(queue, id, there, here).Any()
            select (id, there ?? here!);
        await LookAgainAsync(queue, [.. suspects], cancellationToken).ConfigureAwait(false);
        return journal.Count;
    }

    private async Task LookAgainAsync(string queue, List<(string Id, IndexedMessage Known)> suspects, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (suspects.Count > 0)
        {
            var found = new List<IndexDifference>();
            var still = new List<(string, IndexedMessage)>();
            var isLast = wait <= time.GetElapsedTime(start);
            foreach (var (id, known) in suspects)
            {
                var left = wait - time.GetElapsedTime(start);
                var differences = await CompareAsync(queue, id, known, left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken)
                    .ConfigureAwait(false);
                found.AddRange(differences);
                if (differences.Count > 0)
                    still.Add((id, known));
            }

            if (isLast)
            {
                _differences.AddRange(found);
                return;
            }

            suspects = still;
            if (still.Count > 0)
                await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<IndexDifference>> CompareAsync(
        string queue,
        string id,
        IndexedMessage known,
        TimeSpan patience,
        CancellationToken cancellationToken
    )
    {
        var before = await FindInJournalAsync(queue, id, cancellationToken).ConfigureAwait(false);
        var indexed = await FindInIndexAsync(queue, id, before ?? known, before?.Version, patience, cancellationToken)
            .ConfigureAwait(false);

        // A removal counts as one version more.
        if (before is null && indexed is not null)
            indexed = await FindInIndexAsync(queue, id, indexed, indexed.Version + 1, patience, cancellationToken).ConfigureAwait(false);
        var differences = IndexDifference.Between(queue, id, before, indexed).ToList();
        return differences.Count == 0 || before == await FindInJournalAsync(queue, id, cancellationToken).ConfigureAwait(false)
            ? differences
            : [];
    }

    private static IndexedMessage IndexedOf(Message message) =>
        message.Life is null
            ? throw new UsageException("The service does not tell the lives of messages; it is older than this program.")
            : IndexedMessage.Of(message);

    private async Task<IndexedMessage?> FindInJournalAsync(string queue, string id, CancellationToken cancellationToken)
    {
        try
        {
            return IndexedOf(await timestone.GetMessageAsync(queue, id, cancellationToken).ConfigureAwait(false));
        }
        catch (TimestoneException absent) when (absent.Code is ErrorCode.MessageNotFound or ErrorCode.QueueNotFound)
        {
            return null;
        }
    }

    /// <summary>Finds a message by what never changes of it, after a version if the index comes to include it in time.</summary>
    private async Task<IndexedMessage?> FindInIndexAsync(
        string queue,
        string id,
        IndexedMessage known,
        int? version,
        TimeSpan patience,
        CancellationToken cancellationToken
    )
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
            return await SearchAsync(
                    search with
                    {
                        After = version is { } after ? new IndexedWrite(queue, id, after) : null,
                        Wait = patience,
                    },
                    id,
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (TimestoneException late) when (late is { Code: ErrorCode.Unavailable, Error.Field: "after" })
        {
            // What it holds instead is what differs.
            return await SearchAsync(search, id, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<IndexedMessage?> SearchAsync(MessageSearch search, string id, CancellationToken cancellationToken)
    {
        await foreach (var message in AllAsync(search, cancellationToken).ConfigureAwait(false))
        {
            if (message.Id == id)
                return message;
        }

        return null;
    }

    private async Task<Dictionary<string, IndexedMessage>> ListIndexAsync(string queue, CancellationToken cancellationToken)
    {
        var messages = new Dictionary<string, IndexedMessage>(StringComparer.Ordinal);
        await foreach (
            var message in AllAsync(new MessageSearch { Queue = queue, Limit = Limits.MaxPage }, cancellationToken).ConfigureAwait(false)
        )
            messages[message.Id] = message;
        return messages;
    }

    private async Task<Dictionary<string, IndexedMessage>> ListJournalAsync(string queue, CancellationToken cancellationToken)
    {
        var messages = new Dictionary<string, IndexedMessage>(StringComparer.Ordinal);
        string? cursor = null;
        do
        {
            MessagePage page;
            try
            {
                page = await timestone
                    .ListMessagesAsync(queue, state: null, cursor, Limits.MaxPage, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (TimestoneException absent) when (absent.Code == ErrorCode.QueueNotFound)
            {
                return [];
            }

            foreach (var message in page.Messages)
                messages[message.Id] = IndexedOf(message);
            cursor = page.Next;
        }
        while (cursor is not null);
        return messages;
    }

    private async IAsyncEnumerable<IndexedMessage> AllAsync(
        MessageSearch search,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
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
