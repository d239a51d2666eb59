using Google.Protobuf.Collections;
using Timestone.Json;

namespace Timestone.Grpc;

/// <summary>Messages, what comes in of them and what becomes of them.</summary>
public static class MessageMapping
{
    /// <summary>A new message.</summary>
    public static V1.NewMessage ToProto(this NewMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var proto = new V1.NewMessage
        {
            Payload = message.Payload.ToProto(),
            Deadline = message.Deadline.ToProto(),
            PriorityOffset = message.PriorityOffset.ToProto(),
            Invisible = message.Invisible.ToProto(),
            VisibleAt = message.VisibleAt.ToProto(),
            Lease = message.Lease.ToProto(),
        };
        proto.Metadata.Put(message.Metadata);
        if (message.Id is { } id)
            proto.Id = id;
        if (message.Priority is { } priority)
            proto.Priority = priority;
        return proto;
    }

    /// <summary>A new message.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: a time or a duration is none, or the payload is not
    /// the JSON that it is said to be.</exception>
    public static NewMessage ToRecord(this V1.NewMessage proto)
    {
        ArgumentNullException.ThrowIfNull(proto);
        return new()
        {
            Id = proto.HasId ? proto.Id : null,
            Payload = proto.Payload.ToChecked(),
            Metadata = Metadata.From(proto.Metadata),
            Priority = proto.HasPriority ? proto.Priority : null,
            Deadline = proto.Deadline.ToTime("deadline"),
            PriorityOffset = proto.PriorityOffset.ToSpan("priorityOffsetSeconds"),
            Invisible = proto.Invisible.ToSpan("invisibleSeconds"),
            VisibleAt = proto.VisibleAt.ToTime("visibleAt"),
            Lease = proto.Lease.ToSpan("leaseSeconds"),
        };
    }

    /// <summary>A message as it stands.</summary>
    public static V1.Message ToProto(this Message message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var proto = new V1.Message
        {
            Queue = message.Queue,
            Id = message.Id,
            State = message.State.ToProto(),
            Payload = message.Payload.ToProto(),
            Priority = message.Priority,
            Deadline = message.Deadline.ToProto(),
            Version = message.Version,
            Attempt = message.Attempt,
            AttemptsLeft = message.AttemptsLeft,
            EnqueuedAt = message.EnqueuedAt.ToProto(),
            UpdatedAt = message.UpdatedAt.ToProto(),
            VisibleAt = message.VisibleAt.ToProto(),
            LeaseExpiresAt = message.LeaseExpiresAt.ToProto(),
        };
        proto.Metadata.Put(message.Metadata);
        if (message.Life is { } life)
            proto.Life = life;
        if (message.LeaseToken is { } token)
            proto.LeaseToken = token;
        if (message.Worker is { } worker)
            proto.Worker = worker;
        if (message.Error is { } error)
            proto.Error = error;
        if (message.Result.Kind == PayloadKind.Json)
            proto.Result = message.Result.ToString();
        if (message.Progress.Kind == PayloadKind.Json)
            proto.Progress = message.Progress.ToString();
        return proto;
    }

    /// <summary>A message as it stands.</summary>
    public static Message ToRecord(this V1.Message proto)
    {
        ArgumentNullException.ThrowIfNull(proto);
        return new()
        {
            Queue = proto.Queue,
            Id = proto.Id,
            Life = proto.HasLife ? proto.Life : null,
            State = proto.State.ToRecord().GetValueOrDefault(),
            Payload = proto.Payload.ToTrusted(),
            Metadata = Metadata.From(proto.Metadata),
            Priority = proto.Priority,
            Deadline = proto.Deadline.ToTime("deadline"),
            Version = proto.Version,
            Attempt = proto.Attempt,
            AttemptsLeft = proto.AttemptsLeft,
            EnqueuedAt = proto.EnqueuedAt.ToTime("enqueuedAt").GetValueOrDefault(),
            UpdatedAt = proto.UpdatedAt.ToTime("updatedAt").GetValueOrDefault(),
            VisibleAt = proto.VisibleAt.ToTime("visibleAt"),
            LeaseToken = proto.HasLeaseToken ? proto.LeaseToken : null,
            LeaseExpiresAt = proto.LeaseExpiresAt.ToTime("leaseExpiresAt"),
            Worker = proto.HasWorker ? proto.Worker : null,
            Error = proto.HasError ? proto.Error : null,
            Result = Payloads.ToTrusted(proto.HasResult, proto.Result),
            Progress = Payloads.ToTrusted(proto.HasProgress, proto.Progress),
        };
    }

    /// <summary>A wish for messages; its queue is not set.</summary>
    public static V1.DequeueRequest ToProto(this DequeueRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var proto = new V1.DequeueRequest
        {
            Max = request.Max,
            Wait = request.Wait.ToProto(),
            Lease = request.Lease.ToProto(),
            Settle = { request.Settle.Select(ToProto) },
        };
        proto.Filter.Put(request.Filter);
        if (request.Worker is { } worker)
            proto.Worker = worker;
        if (request.RequestId is { } id)
            proto.RequestId = id;
        return proto;
    }

    /// <summary>A wish for messages.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: a duration is none, or a result is no
    /// JSON.</exception>
    public static DequeueRequest ToRecord(this V1.DequeueRequest proto)
    {
        ArgumentNullException.ThrowIfNull(proto);
        var request = new DequeueRequest
        {
            Wait = proto.Wait.ToSpan("waitSeconds").GetValueOrDefault(),
            Lease = proto.Lease.ToSpan("leaseSeconds"),
            Worker = proto.HasWorker ? proto.Worker : null,
            RequestId = proto.HasRequestId ? proto.RequestId : null,
            Filter = Metadata.From(proto.Filter),
            Settle = proto.Settle.ToRecords("settle", ToRecord),
        };
        return proto.HasMax ? request with { Max = proto.Max } : request;
    }

    /// <summary>The answer to a dequeue.</summary>
    public static V1.DequeueResponse ToProto(this DequeueResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new()
        {
            Messages = { result.Messages.Select(ToProto) },
            Settled = { (result.Settled ?? []).Select(ToProto) },
            Error = result.Error?.ToProto(),
        };
    }

    /// <summary>The answer to a dequeue.</summary>
    public static DequeueResult ToRecord(this V1.DequeueResponse proto)
    {
        ArgumentNullException.ThrowIfNull(proto);
        return new()
        {
            Messages = [.. proto.Messages.Select(ToRecord)],
            Settled = proto.Settled.Count > 0 ? [.. proto.Settled.Select(ToRecord)] : null,
            Error = proto.Error?.ToRecord(),
        };
    }

    /// <summary>The end of a lease.</summary>
    public static V1.Settlement ToProto(this Settlement settlement)
    {
        ArgumentNullException.ThrowIfNull(settlement);
        var proto = new V1.Settlement
        {
            Id = settlement.Id,
            LeaseToken = settlement.LeaseToken,
            Action = settlement.Action.ToProto(),
            Permanent = settlement.Permanent,
            Invisible = settlement.Invisible.ToProto(),
        };
        if (settlement.Result.Kind == PayloadKind.Json)
            proto.Result = settlement.Result.ToString();
        if (settlement.Error is { } error)
            proto.Error = error;
        return proto;
    }

    /// <summary>The end of a lease.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: the duration is none, or the result is no
    /// JSON.</exception>
    public static Settlement ToRecord(this V1.Settlement proto)
    {
        ArgumentNullException.ThrowIfNull(proto);
        return new()
        {
            Id = proto.Id,
            LeaseToken = proto.LeaseToken,
            Action = proto.Action.ToRecord(),
            Result = Payloads.ToChecked(proto.HasResult, proto.Result, "result"),
            Error = proto.HasError ? proto.Error : null,
            Permanent = proto.Permanent,
            Invisible = proto.Invisible.ToSpan("invisibleSeconds"),
        };
    }

    /// <summary>A wish to hold a message longer.</summary>
    public static V1.LeaseExtension ToProto(this LeaseExtension extension)
    {
        ArgumentNullException.ThrowIfNull(extension);
        var proto = new V1.LeaseExtension
        {
            Id = extension.Id,
            LeaseToken = extension.LeaseToken,
            Lease = extension.Lease.ToProto(),
        };
        if (extension.Progress.Kind == PayloadKind.Json)
            proto.Progress = extension.Progress.ToString();
        return proto;
    }

    /// <summary>A wish to hold a message longer.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: the duration is none, or the progress is no
    /// JSON.</exception>
    public static LeaseExtension ToRecord(this V1.LeaseExtension proto)
    {
        ArgumentNullException.ThrowIfNull(proto);
        return new()
        {
            Id = proto.Id,
            LeaseToken = proto.LeaseToken,
            Lease = proto.Lease.ToSpan("leaseSeconds"),
            Progress = Payloads.ToChecked(proto.HasProgress, proto.Progress, "progress"),
        };
    }

    /// <summary>A watch of leases of a queue.</summary>
    public static V1.WatchLeasesRequest ToProto(this LeaseWatch watch, string queue)
    {
        ArgumentNullException.ThrowIfNull(watch);
        return new()
        {
            Queue = queue,
            Leases = { watch.Leases.Select(static lease => new V1.LeaseReference { Id = lease.Id, LeaseToken = lease.LeaseToken }) },
            Wait = watch.Wait.ToProto(),
        };
    }

    /// <summary>A watch of leases.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: the duration is none.</exception>
    public static LeaseWatch ToRecord(this V1.WatchLeasesRequest proto)
    {
        ArgumentNullException.ThrowIfNull(proto);
        return new([.. proto.Leases.Select(static lease => new LeaseReference(lease.Id, lease.LeaseToken))])
        {
            Wait = proto.Wait.ToSpan("waitSeconds").GetValueOrDefault(),
        };
    }

    /// <summary>A wish to call a message off.</summary>
    public static V1.Cancellation ToProto(this Cancellation cancellation)
    {
        ArgumentNullException.ThrowIfNull(cancellation);
        var proto = new V1.Cancellation { Id = cancellation.Id };
        if (cancellation.Reason is { } reason)
            proto.Reason = reason;
        return proto;
    }

    /// <summary>A wish to call a message off.</summary>
    public static Cancellation ToRecord(this V1.Cancellation proto)
    {
        ArgumentNullException.ThrowIfNull(proto);
        return new() { Id = proto.Id, Reason = proto.HasReason ? proto.Reason : null };
    }

    /// <summary>What an operation did to one message.</summary>
    public static V1.MessageResult ToProto(this MessageResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var proto = new V1.MessageResult
        {
            State = result.State.ToProto(),
            LeaseExpiresAt = result.LeaseExpiresAt.ToProto(),
            Omitted = result.Omitted.ToProto(),
            Error = result.Error?.ToProto(),
        };
        if (result.Id is { } id)
            proto.Id = id;
        if (result.Version is { } version)
            proto.Version = version;
        if (result.Duplicate is { } duplicate)
            proto.Duplicate = duplicate;
        return proto;
    }

    /// <summary>What an operation did to one message.</summary>
    public static MessageResult ToRecord(this V1.MessageResult proto)
    {
        ArgumentNullException.ThrowIfNull(proto);
        return new()
        {
            Id = proto.HasId ? proto.Id : null,
            State = proto.State.ToRecord(),
            Version = proto.HasVersion ? proto.Version : null,
            Duplicate = proto.HasDuplicate ? proto.Duplicate : null,
            LeaseExpiresAt = proto.LeaseExpiresAt.ToTime("leaseExpiresAt"),
            Omitted = proto.Omitted.ToRecord(),
            Error = proto.Error?.ToRecord(),
        };
    }

    /// <summary>The results of a batch.</summary>
    public static V1.ResultList ToProto(this IReadOnlyList<MessageResult> results) => new() { Results = { results.Select(ToProto) } };

    /// <summary>The results of a batch.</summary>
    public static IReadOnlyList<MessageResult> ToRecords(this V1.ResultList proto)
    {
        ArgumentNullException.ThrowIfNull(proto);
        return [.. proto.Results.Select(ToRecord)];
    }

    /// <summary>A page of messages.</summary>
    public static V1.ListMessagesResponse ToProto(this MessagePage page)
    {
        ArgumentNullException.ThrowIfNull(page);
        var proto = new V1.ListMessagesResponse { Messages = { page.Messages.Select(ToProto) } };
        if (page.Next is { } next)
            proto.Next = next;
        return proto;
    }

    /// <summary>A page of messages.</summary>
    public static MessagePage ToRecord(this V1.ListMessagesResponse proto)
    {
        ArgumentNullException.ThrowIfNull(proto);
        return new([.. proto.Messages.Select(ToRecord)], proto.HasNext ? proto.Next : null);
    }

    /// <summary>Counts of messages.</summary>
    public static V1.StateCounts ToProto(this StateCounts counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        return new()
        {
            Invisible = counts.Invisible,
            Pending = counts.Pending,
            Running = counts.Running,
            Completed = counts.Completed,
            Canceled = counts.Canceled,
            Errored = counts.Errored,
        };
    }

    /// <summary>Counts of messages.</summary>
    public static StateCounts ToRecord(this V1.StateCounts proto)
    {
        ArgumentNullException.ThrowIfNull(proto);
        return new(proto.Invisible, proto.Pending, proto.Running, proto.Completed, proto.Canceled, proto.Errored);
    }

    /// <summary>The items of a batch.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: one cannot be; the field says which.</exception>
    public static IReadOnlyList<TRecord> ToRecords<TProto, TRecord>(
        this RepeatedField<TProto> items,
        string field,
        Func<TProto, TRecord> toRecord
    )
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(toRecord);
        var records = new TRecord[items.Count];
        for (var i = 0; i < records.Length; i++)
        {
            try
            {
                records[i] = toRecord(items[i]);
            }
            catch (TimestoneException problem)
            {
                throw Validation.Invalid($"{field}[{i}].{problem.Error.Field}", problem.Message);
            }
        }

        return records;
    }

    internal static void Put(this MapField<string, string> map, Metadata metadata)
    {
        foreach (var (key, value) in metadata.Pairs)
            map[key] = value;
    }
}
