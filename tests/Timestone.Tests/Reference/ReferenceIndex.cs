namespace Timestone.Tests.Reference;

/// <summary>How an index answers, written naively: everything is looked at for each answer.</summary>
internal static class ReferenceIndex
{
    public static SearchPage Search(IEnumerable<IndexedMessage> messages, MessageSearch search, Freshness freshness)
    {
        var sorted = messages.Where(message => Matches(message, search)).ToList();
        sorted.Sort((a, b) => Compare(a, b, search.Order) * (search.Descending ? -1 : 1));
        return Page(
            sorted,
            search.Cursor,
            search.Limit,
            static one => $"{one.Queue} {one.Life} {one.Id}",
            (page, next) => new SearchPage(page, next, freshness)
        );
    }

    // The transitions are given in the order in which they happened.
    public static MessageHistory History(IEnumerable<Transition> transitions, HistoryRequest request, Freshness freshness) =>
        Page(
            [.. transitions],
            request.Cursor,
            request.Limit,
            static one => $"{one.Life} {one.Version}",
            (page, next) => new MessageHistory(page, next, freshness, Incomplete: false)
        );

    public static SearchStats Stats(
        IReadOnlyList<IndexedMessage> messages,
        IReadOnlyList<Transition> transitions,
        string? only,
        Freshness freshness
    )
    {
        var queues = messages
            .Select(static message => message.Queue)
            .Concat(transitions.Select(static one => one.Queue))
            .Distinct()
            .Where(name => only is null || name == only);
        return new SearchStats(
            [
                .. queues
                    .Order(StringComparer.Ordinal)
                    .Select(name =>
                        StatsOf(name, [.. messages.Where(one => one.Queue == name)], [.. transitions.Where(one => one.Queue == name)])
                    ),
            ],
            freshness
        );
    }

    private static bool Matches(IndexedMessage message, MessageSearch search) =>
        (search.Queue is null || message.Queue == search.Queue)
        && (search.State is null || message.State == search.State)
        && message.Metadata.Matches(search.Filter)
        && (search.Worker is null || message.Worker == search.Worker)
        && (search.Error is null || Words(search.Error).All(Words(message.Error ?? "").Contains))
        && !(message.Priority < search.MinPriority)
        && !(message.Priority > search.MaxPriority)
        && !(message.EnqueuedAt < search.EnqueuedFrom)
        && !(message.EnqueuedAt >= search.EnqueuedBefore)
        && !(message.UpdatedAt < search.UpdatedFrom)
        && !(message.UpdatedAt >= search.UpdatedBefore);

    private static HashSet<string> Words(string text) =>
        [
            .. new string([.. text.Select(static c => char.IsLetterOrDigit(c) ? char.ToLowerInvariant(c) : ' ')]).Split(
                ' ',
                StringSplitOptions.RemoveEmptyEntries
            ),
        ];

    private static int Compare(IndexedMessage a, IndexedMessage b, SearchOrder order)
    {
        var values = order switch
        {
            SearchOrder.Enqueued => a.EnqueuedAt.CompareTo(b.EnqueuedAt),
            SearchOrder.Updated => a.UpdatedAt.CompareTo(b.UpdatedAt),
            _ => a.Priority.CompareTo(b.Priority),
        };
        return new[]
        {
            values,
            string.CompareOrdinal(a.Queue, b.Queue),
            string.CompareOrdinal(a.Id, b.Id),
            string.CompareOrdinal(a.Life, b.Life),
        }.FirstOrDefault(static difference => difference != 0);
    }

    private static TPage Page<T, TPage>(
        List<T> all,
        string? cursor,
        int limit,
        Func<T, string> nameOf,
        Func<IReadOnlyList<T>, string?, TPage> make
    )
    {
        var last = cursor is null ? -1 : all.FindIndex(one => nameOf(one) == cursor);
        if (cursor is not null && last < 0)
            throw Validation.Invalid("cursor", "cursor must be that of the page before.");
        var page = all.Skip(last + 1).Take(limit).ToList();
        return make(page, last + 1 + page.Count < all.Count ? nameOf(page[^1]) : null);
    }

    private static IndexedQueueStats StatsOf(string queue, List<IndexedMessage> messages, List<Transition> transitions)
    {
        long In(MessageState state) => messages.Count(message => message.State == state);
        return new IndexedQueueStats
        {
            Queue = queue,
            Counts = new StateCounts(
                In(MessageState.Invisible),
                In(MessageState.Pending),
                In(MessageState.Running),
                In(MessageState.Completed),
                In(MessageState.Canceled),
                In(MessageState.Errored)
            ),
            TimeInState =
            [
                .. transitions
                    .Where(static one => one.InFrom is not null)
                    .GroupBy(static one => one.From!.Value)
                    .OrderBy(static group => group.Key)
                    .Select(Stays),
            ],
            Failures = transitions.Count(static one => one.Cause == TransitionCause.Fail),
            Expirations = transitions.Count(static one => one.Cause == TransitionCause.Expire),
            MissedDeadlines = transitions.Count(static one => one.MissedDeadline),
        };
    }

    private static TimeInState Stays(IGrouping<MessageState, Transition> transitions)
    {
        var stays = transitions.Select(static one => one.InFrom!.Value).Order().ToList();
        TimeSpan Percentile(int percent) => stays[(int)Math.Ceiling(stays.Count * (percent / 100.0)) - 1];
        return new TimeInState
        {
            State = transitions.Key,
            Count = stays.Count,
            P50 = Percentile(50),
            P95 = Percentile(95),
            P99 = Percentile(99),
        };
    }
}
