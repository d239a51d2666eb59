namespace Timestone.Grpc;

/// <summary>What is asked of the index, and what it answers.</summary>
public static class SearchMapping
{
    /// <summary>A search.</summary>
    public static V1.SearchMessagesRequest ToProto(this MessageSearch search)
    {
        ArgumentNullException.ThrowIfNull(search);
        var proto = new V1.SearchMessagesRequest
        {
            State = search.State.ToProto(),
            EnqueuedFrom = search.EnqueuedFrom.ToProto(),
            EnqueuedBefore = search.EnqueuedBefore.ToProto(),
            UpdatedFrom = search.UpdatedFrom.ToProto(),
            UpdatedBefore = search.UpdatedBefore.ToProto(),
            Order = search.Order.ToProto(),
            Descending = search.Descending,
            Limit = search.Limit,
            After = search.After?.ToProto(),
            Wait = search.Wait.ToProto(),
        };
        proto.Filter.Put(search.Filter);
        if (search.Queue is { } queue)
            proto.Queue = queue;
        if (search.Worker is { } worker)
            proto.Worker = worker;
        if (search.Error is { } error)
            proto.Error = error;
        if (search.MinPriority is { } least)
            proto.MinPriority = least;
        if (search.MaxPriority is { } most)
            proto.MaxPriority = most;
        if (search.Cursor is { } cursor)
            proto.Cursor = cursor;
        return proto;
    }

    /// <summary>A search.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: a time or a duration is none.</exception>
    public static MessageSearch ToRecord(this V1.SearchMessagesRequest proto)
    {
        ArgumentNullException.ThrowIfNull(proto);
        var search = new MessageSearch
        {
            Queue = proto.HasQueue ? proto.Queue : null,
            State = proto.State.ToRecord(),
            Filter = Metadata.From(proto.Filter),
            Worker = proto.HasWorker ? proto.Worker : null,
            Error = proto.HasError ? proto.Error : null,
            MinPriority = proto.HasMinPriority ? proto.MinPriority : null,
            MaxPriority = proto.HasMaxPriority ? proto.MaxPriority : null,
            EnqueuedFrom = proto.EnqueuedFrom.ToTime("enqueuedFrom"),
            EnqueuedBefore = proto.EnqueuedBefore.ToTime("enqueuedBefore"),
            UpdatedFrom = proto.UpdatedFrom.ToTime("updatedFrom"),
            UpdatedBefore = proto.UpdatedBefore.ToTime("updatedBefore"),
            Order = proto.Order.ToRecord(),
            Descending = proto.Descending,
            Cursor = proto.HasCursor ? proto.Cursor : null,
            After = proto.After?.ToRecord(),
            Wait = proto.Wait.ToSpan("waitSeconds") ?? IndexedWrite.DefaultWait,
        };
        return proto.HasLimit ? search with { Limit = proto.Limit } : search;
    }

    /// <summary>A page of found messages.</summary>
    public static V1.SearchMessagesResponse ToProto(this SearchPage page)
    {
        ArgumentNullException.ThrowIfNull(page);
        var proto = new V1.SearchMessagesResponse
        {
            Messages = { page.Messages.Select(ToProto) },
            Freshness = page.Freshness.ToProto(),
        };
        if (page.Next is { } next)
            proto.Next = next;
        return proto;
    }

    /// <summary>A page of found messages.</summary>
    public static SearchPage ToRecord(this V1.SearchMessagesResponse proto)
    {
        ArgumentNullException.ThrowIfNull(proto);
        return new([.. proto.Messages.Select(ToRecord)], proto.HasNext ? proto.Next : null, (proto.Freshness ?? new()).ToRecord());
    }

    /// <summary>What history is asked for; queue and id are not set.</summary>
    public static V1.GetHistoryRequest ToProto(this HistoryRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var proto = new V1.GetHistoryRequest { Wait = request.Wait.ToProto(), Limit = request.Limit };
        if (request.After is { } after)
            proto.After = after;
        if (request.Cursor is { } cursor)
            proto.Cursor = cursor;
        return proto;
    }

    /// <summary>What history is asked for.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: the duration is none.</exception>
    public static HistoryRequest ToRecord(this V1.GetHistoryRequest proto)
    {
        ArgumentNullException.ThrowIfNull(proto);
        var request = new HistoryRequest
        {
            After = proto.HasAfter ? proto.After : null,
            Wait = proto.Wait.ToSpan("waitSeconds") ?? IndexedWrite.DefaultWait,
            Cursor = proto.HasCursor ? proto.Cursor : null,
        };
        return proto.HasLimit ? request with { Limit = proto.Limit } : request;
    }

    /// <summary>What happened to the messages of one id.</summary>
    public static V1.GetHistoryResponse ToProto(this MessageHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        var proto = new V1.GetHistoryResponse
        {
            Transitions = { history.Transitions.Select(ToProto) },
            Freshness = history.Freshness.ToProto(),
            Incomplete = history.Incomplete,
        };
        if (history.Next is { } next)
            proto.Next = next;
        return proto;
    }

    /// <summary>What happened to the messages of one id.</summary>
    public static MessageHistory ToRecord(this V1.GetHistoryResponse proto)
    {
        ArgumentNullException.ThrowIfNull(proto);
        return new(
            [.. proto.Transitions.Select(ToRecord)],
            proto.HasNext ? proto.Next : null,
            (proto.Freshness ?? new()).ToRecord(),
            proto.Incomplete
        );
    }

    /// <summary>Whose figures are asked for.</summary>
    public static V1.GetSearchStatsRequest ToProto(this StatsRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var proto = new V1.GetSearchStatsRequest { After = request.After?.ToProto(), Wait = request.Wait.ToProto() };
        if (request.Queue is { } queue)
            proto.Queue = queue;
        return proto;
    }

    /// <summary>Whose figures are asked for.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: the duration is none.</exception>
    public static StatsRequest ToRecord(this V1.GetSearchStatsRequest proto)
    {
        ArgumentNullException.ThrowIfNull(proto);
        return new()
        {
            Queue = proto.HasQueue ? proto.Queue : null,
            After = proto.After?.ToRecord(),
            Wait = proto.Wait.ToSpan("waitSeconds") ?? IndexedWrite.DefaultWait,
        };
    }

    /// <summary>What the index counts.</summary>
    public static V1.GetSearchStatsResponse ToProto(this SearchStats stats)
    {
        ArgumentNullException.ThrowIfNull(stats);
        return new() { Queues = { stats.Queues.Select(ToProto) }, Freshness = stats.Freshness.ToProto() };
    }

    /// <summary>What the index counts.</summary>
    public static SearchStats ToRecord(this V1.GetSearchStatsResponse proto)
    {
        ArgumentNullException.ThrowIfNull(proto);
        return new([.. proto.Queues.Select(ToRecord)], (proto.Freshness ?? new()).ToRecord());
    }

    private static V1.IndexedWrite ToProto(this IndexedWrite write) =>
        new()
        {
            Queue = write.Queue,
            Id = write.Id,
            Version = write.Version,
        };

    private static IndexedWrite ToRecord(this V1.IndexedWrite proto) => new(proto.Queue, proto.Id, proto.Version);

    private static V1.Freshness ToProto(this Freshness freshness) =>
        new()
        {
            NewestTransition = freshness.NewestTransition.ToProto(),
            Lag = freshness.Lag.ToProto(),
            Incomplete = freshness.Incomplete,
        };

    private static Freshness ToRecord(this V1.Freshness proto) =>
        new()
        {
            NewestTransition = proto.NewestTransition.ToTime("newestTransition"),
            Lag = proto.Lag.ToSpan("lagSeconds"),
            Incomplete = proto.Incomplete,
        };

    private static V1.IndexedMessage ToProto(IndexedMessage message)
    {
        var proto = new V1.IndexedMessage
        {
            Queue = message.Queue,
            Id = message.Id,
            Life = message.Life,
            Version = message.Version,
            State = message.State.ToProto(),
            Priority = message.Priority,
            Deadline = message.Deadline.ToProto(),
            EnqueuedAt = message.EnqueuedAt.ToProto(),
            UpdatedAt = message.UpdatedAt.ToProto(),
            VisibleAt = message.VisibleAt.ToProto(),
            Attempt = message.Attempt,
        };
        proto.Metadata.Put(message.Metadata);
        if (message.Worker is { } worker)
            proto.Worker = worker;
        if (message.Error is { } error)
            proto.Error = error;
        return proto;
    }

    private static IndexedMessage ToRecord(V1.IndexedMessage proto) =>
        new()
        {
            Queue = proto.Queue,
            Id = proto.Id,
            Life = proto.Life,
            Version = proto.Version,
            State = proto.State.ToRecord().GetValueOrDefault(),
            Priority = proto.Priority,
            Deadline = proto.Deadline.ToTime("deadline"),
            Metadata = Metadata.From(proto.Metadata),
            EnqueuedAt = proto.EnqueuedAt.ToTime("enqueuedAt").GetValueOrDefault(),
            UpdatedAt = proto.UpdatedAt.ToTime("updatedAt").GetValueOrDefault(),
            VisibleAt = proto.VisibleAt.ToTime("visibleAt"),
            Attempt = proto.Attempt,
            Worker = proto.HasWorker ? proto.Worker : null,
            Error = proto.HasError ? proto.Error : null,
        };

    private static V1.Transition ToProto(Transition transition)
    {
        var proto = new V1.Transition
        {
            Queue = transition.Queue,
            Id = transition.Id,
            Life = transition.Life,
            Version = transition.Version,
            From = transition.From.ToProto(),
            To = transition.To.ToProto(),
            Cause = transition.Cause.ToProto(),
            At = transition.At.ToProto(),
            InFrom = transition.InFrom.ToProto(),
            Attempt = transition.Attempt,
            Priority = transition.Priority,
            Deadline = transition.Deadline.ToProto(),
            MissedDeadline = transition.MissedDeadline,
            EnqueuedAt = transition.EnqueuedAt.ToProto(),
            Payload = transition.Payload.ToProto(),
        };
        proto.Metadata.Put(transition.Metadata);
        if (transition.Worker is { } worker)
            proto.Worker = worker;
        if (transition.Error is { } error)
            proto.Error = error;
        return proto;
    }

    private static Transition ToRecord(V1.Transition proto) =>
        new()
        {
            Queue = proto.Queue,
            Id = proto.Id,
            Life = proto.Life,
            Version = proto.Version,
            From = proto.From.ToRecord(),
            To = proto.To.ToRecord(),
            Cause = proto.Cause.ToRecord(),
            At = proto.At.ToTime("at").GetValueOrDefault(),
            InFrom = proto.InFrom.ToSpan("secondsInFrom"),
            Attempt = proto.Attempt,
            Worker = proto.HasWorker ? proto.Worker : null,
            Error = proto.HasError ? proto.Error : null,
            Priority = proto.Priority,
            Deadline = proto.Deadline.ToTime("deadline"),
            MissedDeadline = proto.MissedDeadline,
            Metadata = Metadata.From(proto.Metadata),
            EnqueuedAt = proto.EnqueuedAt.ToTime("enqueuedAt").GetValueOrDefault(),
            Payload = proto.Payload.ToTrusted(),
        };

    private static V1.IndexedQueueStats ToProto(IndexedQueueStats stats) =>
        new()
        {
            Queue = stats.Queue,
            Counts = stats.Counts.ToProto(),
            TimeInState = { stats.TimeInState.Select(ToProto) },
            Failures = stats.Failures,
            Expirations = stats.Expirations,
            MissedDeadlines = stats.MissedDeadlines,
        };

    private static IndexedQueueStats ToRecord(V1.IndexedQueueStats proto) =>
        new()
        {
            Queue = proto.Queue,
            Counts = (proto.Counts ?? new()).ToRecord(),
            TimeInState = [.. proto.TimeInState.Select(ToRecord)],
            Failures = proto.Failures,
            Expirations = proto.Expirations,
            MissedDeadlines = proto.MissedDeadlines,
        };

    private static V1.TimeInState ToProto(TimeInState time) =>
        new()
        {
            State = time.State.ToProto(),
            Count = time.Count,
            P50 = time.P50.ToProto(),
            P95 = time.P95.ToProto(),
            P99 = time.P99.ToProto(),
        };

    private static TimeInState ToRecord(V1.TimeInState proto) =>
        new()
        {
            State = proto.State.ToRecord().GetValueOrDefault(),
            Count = proto.Count,
            P50 = proto.P50.ToSpan("p50Seconds").GetValueOrDefault(),
            P95 = proto.P95.ToSpan("p95Seconds").GetValueOrDefault(),
            P99 = proto.P99.ToSpan("p99Seconds").GetValueOrDefault(),
        };
}
