namespace Timestone.Grpc;

/// <summary>Queues and their settings.</summary>
public static class QueueMapping
{
    /// <summary>The settings, all of them given.</summary>
    public static V1.QueueSettings ToProto(this QueueSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var proto = new V1.QueueSettings
        {
            Type = settings.Type.ToProto(),
            Lease = settings.Lease.ToProto(),
            Invisible = settings.Invisible.ToProto(),
            MaxAttempts = settings.MaxAttempts,
            Backoff = new V1.Backoff
            {
                Kind = settings.Backoff.Kind.ToProto(),
                Initial = settings.Backoff.Initial.ToProto(),
                Max = settings.Backoff.Max.ToProto(),
            },
            Retention = settings.Retention.ToProto(),
            ErroredRetention = settings.ErroredRetention.ToProto(),
            MaxErrored = settings.MaxErrored,
            MaxDepth = settings.MaxDepth,
            MaxPayloadBytes = settings.MaxPayloadBytes,
            EnqueueBlocked = settings.EnqueueBlocked,
            DequeueBlocked = settings.DequeueBlocked,
            PublishPayloads = settings.PublishPayloads,
        };
        if (settings.ExclusivityKey is { } key)
            proto.ExclusivityKey = key;
        return proto;
    }

    /// <summary>The change, of which only that is given which it makes.</summary>
    public static V1.QueueSettings ToProto(this QueueSettingsPatch patch)
    {
        ArgumentNullException.ThrowIfNull(patch);
        var proto = new V1.QueueSettings
        {
            Lease = patch.Lease.ToProto(),
            Invisible = patch.Invisible.ToProto(),
            Retention = patch.Retention.ToProto(),
            ErroredRetention = patch.ErroredRetention.ToProto(),
        };
        if (patch.Type is { } type)
            proto.Type = type.ToProto();
        if (patch.ExclusivityKey is { } key)
            proto.ExclusivityKey = key;
        if (patch.MaxAttempts is { } maxAttempts)
            proto.MaxAttempts = maxAttempts;
        if (patch.Backoff is { } backoff)
            proto.Backoff = new V1.Backoff
            {
                Kind = backoff.Kind?.ToProto() ?? default,
                Initial = backoff.Initial.ToProto(),
                Max = backoff.Max.ToProto(),
            };
        if (patch.MaxErrored is { } maxErrored)
            proto.MaxErrored = maxErrored;
        if (patch.MaxDepth is { } maxDepth)
            proto.MaxDepth = maxDepth;
        if (patch.MaxPayloadBytes is { } maxPayloadBytes)
            proto.MaxPayloadBytes = maxPayloadBytes;
        if (patch.EnqueueBlocked is { } enqueueBlocked)
            proto.EnqueueBlocked = enqueueBlocked;
        if (patch.DequeueBlocked is { } dequeueBlocked)
            proto.DequeueBlocked = dequeueBlocked;
        if (patch.PublishPayloads is { } publishPayloads)
            proto.PublishPayloads = publishPayloads;
        return proto;
    }

    /// <summary>What is given, as a change to settings.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: a duration is none.</exception>
    public static QueueSettingsPatch ToPatch(this V1.QueueSettings? proto) =>
        proto is null
            ? new()
            : new()
            {
                Type = proto.Type.ToRecord(),
                ExclusivityKey = proto.HasExclusivityKey ? proto.ExclusivityKey : null,
                Lease = proto.Lease.ToSpan("leaseSeconds"),
                Invisible = proto.Invisible.ToSpan("invisibleSeconds"),
                MaxAttempts = proto.HasMaxAttempts ? proto.MaxAttempts : null,
                Backoff = proto.Backoff is { } backoff
                    ? new BackoffPatch
                    {
                        Kind = backoff.Kind.ToRecord(),
                        Initial = backoff.Initial.ToSpan("backoff.initialSeconds"),
                        Max = backoff.Max.ToSpan("backoff.maxSeconds"),
                    }
                    : null,
                Retention = proto.Retention.ToSpan("retentionSeconds"),
                ErroredRetention = proto.ErroredRetention.ToSpan("erroredRetentionSeconds"),
                MaxErrored = proto.HasMaxErrored ? proto.MaxErrored : null,
                MaxDepth = proto.HasMaxDepth ? proto.MaxDepth : null,
                MaxPayloadBytes = proto.HasMaxPayloadBytes ? proto.MaxPayloadBytes : null,
                EnqueueBlocked = proto.HasEnqueueBlocked ? proto.EnqueueBlocked : null,
                DequeueBlocked = proto.HasDequeueBlocked ? proto.DequeueBlocked : null,
                PublishPayloads = proto.HasPublishPayloads ? proto.PublishPayloads : null,
            };

    /// <summary>What is given, with the defaults of what is not.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: a value is out of range.</exception>
    public static QueueSettings ToSettings(this V1.QueueSettings? proto)
    {
        var settings = proto.ToTrusted();
        Validation.Check(settings);
        return settings;
    }

    // What is fixed once a queue exists is no change to a new one.
    private static QueueSettings ToTrusted(this V1.QueueSettings? proto)
    {
        var patch = proto.ToPatch();
        return patch.MergeInto(new QueueSettings { Type = patch.Type ?? default, ExclusivityKey = patch.ExclusivityKey });
    }

    /// <summary>A queue.</summary>
    public static V1.Queue ToProto(this QueueInfo queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return new()
        {
            Name = queue.Name,
            Settings = queue.Settings.ToProto(),
            CreatedAt = queue.CreatedAt.ToProto(),
        };
    }

    /// <summary>A queue.</summary>
    public static QueueInfo ToRecord(this V1.Queue proto)
    {
        ArgumentNullException.ThrowIfNull(proto);
        return new()
        {
            Name = proto.Name,
            Settings = proto.Settings.ToTrusted(),
            CreatedAt = proto.CreatedAt.ToTime("createdAt").GetValueOrDefault(),
        };
    }

    /// <summary>A page of queues.</summary>
    public static V1.ListQueuesResponse ToProto(this QueuePage page)
    {
        ArgumentNullException.ThrowIfNull(page);
        var proto = new V1.ListQueuesResponse { Queues = { page.Queues.Select(ToProto) }, Unreadable = { page.Unreadable ?? [] } };
        if (page.Next is { } next)
            proto.Next = next;
        if (page.ServiceId is { } service)
            proto.ServiceId = service;
        return proto;
    }

    /// <summary>A page of queues.</summary>
    public static QueuePage ToRecord(this V1.ListQueuesResponse proto)
    {
        ArgumentNullException.ThrowIfNull(proto);
        return new([.. proto.Queues.Select(ToRecord)], proto.HasNext ? proto.Next : null)
        {
            Unreadable = proto.Unreadable,
            ServiceId = proto.HasServiceId ? proto.ServiceId : null,
        };
    }

    /// <summary>A queue in figures.</summary>
    public static V1.QueueStats ToProto(this QueueStats stats)
    {
        ArgumentNullException.ThrowIfNull(stats);
        return new()
        {
            Queue = stats.Queue,
            At = stats.At.ToProto(),
            Counts = stats.Counts.ToProto(),
            OldestPending = stats.OldestPending.ToProto(),
            Lateness = new V1.Lateness
            {
                Dequeued = stats.Lateness.Dequeued,
                Late = stats.Lateness.Late,
                Mean = stats.Lateness.Mean.ToProto(),
                Max = stats.Lateness.Max.ToProto(),
            },
            Rates = new V1.QueueRates
            {
                Enqueued = stats.Rates.Enqueued,
                Dequeued = stats.Rates.Dequeued,
                Completed = stats.Rates.Completed,
                Failed = stats.Rates.Failed,
            },
            Removed = new V1.RemovalCounts
            {
                Retention = stats.Removed.Retention,
                Purge = stats.Removed.Purge,
                Bound = stats.Removed.Bound,
            },
            Journal = stats.Journal is { } journal ? ToProto(journal) : null,
        };
    }

    /// <summary>A queue in figures.</summary>
    public static QueueStats ToRecord(this V1.QueueStats proto)
    {
        ArgumentNullException.ThrowIfNull(proto);
        var (lateness, rates, removed) = (proto.Lateness ?? new(), proto.Rates ?? new(), proto.Removed ?? new());
        return new()
        {
            Queue = proto.Queue,
            At = proto.At.ToTime("at").GetValueOrDefault(),
            Counts = (proto.Counts ?? new()).ToRecord(),
            OldestPending = proto.OldestPending.ToSpan("oldestPendingSeconds"),
            Lateness = new Lateness
            {
                Dequeued = lateness.Dequeued,
                Late = lateness.Late,
                Mean = lateness.Mean.ToSpan("meanSeconds").GetValueOrDefault(),
                Max = lateness.Max.ToSpan("maxSeconds").GetValueOrDefault(),
            },
            Rates = new QueueRates(rates.Enqueued, rates.Dequeued, rates.Completed, rates.Failed),
            Removed = new RemovalCounts(removed.Retention, removed.Purge, removed.Bound),
            Journal = proto.Journal is { } journal
                ? new JournalSpace(
                    journal.Room.ToRecord(),
                    journal.HasBytesFree ? journal.BytesFree : null,
                    journal.BytesReserved,
                    journal.BytesNeeded
                )
                : null,
        };
    }

    private static V1.JournalSpace ToProto(JournalSpace journal)
    {
        var proto = new V1.JournalSpace
        {
            Room = journal.Room.ToProto(),
            BytesReserved = journal.BytesReserved,
            BytesNeeded = journal.BytesNeeded,
        };
        if (journal.BytesFree is { } free)
            proto.BytesFree = free;
        return proto;
    }
}
