using System.Globalization;

namespace Timestone.Tests.Support;

/// <summary>
/// A queue of <see cref="ReferenceTimestone"/>: what the documentation says, written down as directly as it can be, with one
/// list and no index. Every method is called under the service's one lock, after <see cref="CatchUp"/>.
/// </summary>
internal sealed class ReferenceQueue(string name, QueueSettings settings, DateTimeOffset createdAt, List<Transition> history)
{
    private const int RememberedLeases = 16;
    private readonly List<ReferenceMessage> _messages = [];
    private DateTimeOffset _time = DateTimeOffset.MinValue;
    private long _readAt;
    private long _sequences;
    private long _tokens;

    public QueueSettings Settings { get; set; } = settings;

    public ReferenceStatistics Statistics { get; } = new(createdAt);

    public List<ReferenceWaiter> Waiters { get; } = [];

    public IReadOnlyList<ReferenceMessage> Messages => _messages;

    public QueueInfo Info => new() { Name = name, Settings = Settings, CreatedAt = createdAt };

    public ReferenceMessage? Find(string id) => _messages.Find(message => message.Id == id);

    public IndexedMessage DescribeIndexed(ReferenceMessage message) => new()
    {
        Queue = name,
        Id = message.Id,
        Life = LifeOf(message),
        Version = message.Version,
        State = message.State,
        Priority = message.Priority,
        Deadline = message.Given.Deadline,
        Metadata = message.Given.Metadata,
        EnqueuedAt = message.EnqueuedAt,
        UpdatedAt = message.UpdatedAt,
        VisibleAt = message.State == MessageState.Invisible ? message.Due : null,
        Attempt = message.Attempt,
        Worker = message.Worker,
        Error = message.Error,
    };

    public Message Describe(ReferenceMessage message) => message.Describe(name, Settings.MaxAttempts);

    /// <summary>
    /// The queue's time: the wall clock's; where that is behind the latest seen, on from there by the monotonic clock, 1 % slower.
    /// </summary>
    public DateTimeOffset Read(TimeProvider clock)
    {
        var (wall, timestamp) = (clock.GetUtcNow(), clock.GetTimestamp());
        var ahead = _readAt == 0 ? _time : _time + (clock.GetElapsedTime(_readAt, timestamp) * 0.99);
        (_time, _readAt) = (wall > ahead ? wall : ahead, timestamp);
        // Of whole milliseconds.
        return DateTimeOffset.FromUnixTimeMilliseconds(_time.ToUnixTimeMilliseconds());
    }

    /// <summary>Lets happen what the clock has brought, each at its own time.</summary>
    public void CatchUp(DateTimeOffset now)
    {
        RemoveSurplus(now);
        while (_messages.Where(message => message.Due <= now).MinBy(message => (message.Due, message.Sequence)) is { } due)
        {
            var at = due.Due!.Value;
            if (due.IsTerminal)
            {
                Remove(due, at, TransitionCause.Retention);
                Statistics.Retired++;
            }
            else if (due.State == MessageState.Invisible)
            {
                Move(due, MessageState.Pending, at, null, TransitionCause.Visible);
            }
            else
            {
                Statistics.Failed(at);
                ComeBackOrEnd(due, "lease expired", at, TransitionCause.Expire);
            }

            RemoveSurplus(at);
        }
    }

    public MessageResult Enqueue(NewMessage given, DateTimeOffset now)
    {
        if (Validation.Problem(given) is { } problem)
            return new MessageResult { Id = given.Id, Error = problem };
        if (given.Id is { } id && Find(id) is { } known)
        {
            return known.Given == given
                ? known.Answer(duplicate: true)
                : MessageResult.Refused(id, ErrorCode.MessageConflict, "The message exists with other content.");
        }

        if (Settings.EnqueueBlocked)
            return MessageResult.Refused(given.Id, ErrorCode.EnqueueBlocked, "Enqueueing is blocked.");
        if (Settings.ExclusivityKey is { } key && !given.Metadata.ContainsKey(key))
            return MessageResult.Refused(given.Id, ErrorCode.MissingExclusivityKey, "The exclusivity key is missing.");
        if (given.Payload.Bytes.Length > Settings.MaxPayloadBytes)
            return MessageResult.Refused(given.Id, ErrorCode.PayloadTooLarge, "The payload is too large.");
        if (Settings.MaxDepth > 0 && _messages.Count(message => !message.IsTerminal) >= Settings.MaxDepth)
            return MessageResult.Refused(given.Id, ErrorCode.QueueFull, "The queue is full.");

        var message = new ReferenceMessage
        {
            Id = given.Id ?? Guid.NewGuid().ToString("N"),
            Given = given,
            Sequence = ++_sequences,
            Priority = given.Priority ?? given.Deadline?.ToUnixTimeMilliseconds() ?? now.ToUnixTimeMilliseconds(),
            EnqueuedAt = now,
        };
        _messages.Add(message);
        Hide(message, given.VisibleAt ?? now + (given.Invisible ?? Settings.Invisible), now, TransitionCause.Enqueue);
        Statistics.Enqueued(now);
        return message.Answer(duplicate: false);
    }

    /// <summary>Leases what the request asks for, or answers it again; null when there is nothing.</summary>
    public IReadOnlyList<Message>? Dequeue(DequeueRequest request, DateTimeOffset now)
    {
        if (request.RequestId is { } requestId)
        {
            var again = ByRank(_messages.Where(message => message.State == MessageState.Running && message.RequestId == requestId))
                .ToList();
            if (again.Count > 0)
                return again.ConvertAll(Lease);
        }

        var leased = new List<Message>();
        while (leased.Count < request.Max && !Settings.DequeueBlocked && Best(request.Filter) is { } best)
        {
            best.Token = (++_tokens).ToString("x16", CultureInfo.InvariantCulture);
            best.LeaseLength = request.Lease ?? best.Given.Lease ?? Settings.Lease;
            best.Worker = request.Worker;
            best.RequestId = request.RequestId;
            best.Attempt++;
            Move(best, MessageState.Running, now, now + best.LeaseLength, TransitionCause.Dequeue);
            Statistics.Dequeued(best, now);
            leased.Add(Lease(best));
        }

        return leased.Count > 0 ? leased : null;
    }

    public MessageResult Settle(Settlement settlement, DateTimeOffset now)
    {
        if (Validation.Problem(settlement) is { } problem)
            return new MessageResult { Id = settlement.Id, Error = problem };
        if (Find(settlement.Id) is not { } message)
            return NotFound(settlement.Id);
        if (!Holds(message, settlement.LeaseToken))
        {
            return message.Ended.Contains((settlement.LeaseToken, settlement.Action))
                ? message.Answer(duplicate: true)
                : MessageResult.Refused(message.Id, ErrorCode.LeaseLost, "The lease is lost.");
        }

        message.Ended.Add((settlement.LeaseToken, settlement.Action));
        if (message.Ended.Count > RememberedLeases)
            message.Ended.RemoveAt(0);
        switch (settlement.Action)
        {
            case SettlementAction.Complete:
                message.Result = settlement.Result;
                message.Error = null;
                Statistics.Completed(now);
                End(message, MessageState.Completed, now, TransitionCause.Complete);
                break;
            case SettlementAction.Release:
                message.Attempt--;
                Hide(message, now + (settlement.Invisible ?? TimeSpan.Zero), now, TransitionCause.Release);
                break;
            default:
                Statistics.Failed(now);
                ComeBackOrEnd(message, settlement.Error ?? "failed", now, TransitionCause.Fail, settlement.Invisible, settlement.Permanent);
                break;
        }

        return message.Answer(duplicate: false);
    }

    public MessageResult Extend(LeaseExtension extension, DateTimeOffset now)
    {
        if (Validation.Problem(extension) is { } problem)
            return new MessageResult { Id = extension.Id, Error = problem };
        if (Find(extension.Id) is not { } message)
            return NotFound(extension.Id);
        if (!Holds(message, extension.LeaseToken))
            return MessageResult.Refused(message.Id, ErrorCode.LeaseLost, "The lease is lost.");
        message.Due = now + (extension.Lease ?? message.LeaseLength);
        if (extension.Progress.Kind != PayloadKind.None)
            message.Progress = extension.Progress;
        return message.Answer(duplicate: false) with { LeaseExpiresAt = message.Due };
    }

    public MessageResult Cancel(Cancellation cancellation, DateTimeOffset now)
    {
        if (Validation.Problem(cancellation) is { } problem)
            return new MessageResult { Id = cancellation.Id, Error = problem };
        if (Find(cancellation.Id) is not { } message)
            return NotFound(cancellation.Id);
        if (message.State == MessageState.Canceled)
            return message.Answer(duplicate: true);
        if (message.IsTerminal)
            return MessageResult.Refused(message.Id, ErrorCode.IllegalTransition, $"The message is {message.State}.");
        message.Error = cancellation.Reason ?? "canceled";
        End(message, MessageState.Canceled, now, TransitionCause.Cancel);
        return message.Answer(duplicate: false);
    }

    public MessageResult Redrive(string id, DateTimeOffset now)
    {
        if (Find(id) is not { } message)
            return NotFound(id);
        if (message.State is not (MessageState.Errored or MessageState.Canceled))
        {
            return message.Redriven
                ? message.Answer(duplicate: true)
                : MessageResult.Refused(id, ErrorCode.IllegalTransition, $"The message is {message.State}.");
        }

        message.Attempt = 0;
        message.Progress = default;
        message.Worker = null;
        message.Redriven = true;
        Move(message, MessageState.Pending, now, null, TransitionCause.Redrive);
        return message.Answer(duplicate: false);
    }

    public StateCounts Purge(PurgeScope scope, DateTimeOffset now)
    {
        var purged = _messages.Where(message => scope.Covers(message.State)).ToList();
        purged.ForEach(message => Remove(message, now, TransitionCause.Purge));
        var removed = StateCounts.Of(state => purged.Count(message => message.State == state));
        Statistics.Purged += removed.Total;
        return removed;
    }

    private string LifeOf(ReferenceMessage message) => $"{createdAt.UtcTicks}-{message.Sequence}";

    private static MessageResult NotFound(string id) => MessageResult.Refused(id, ErrorCode.MessageNotFound, "No such message.");

    private static bool Holds(ReferenceMessage message, string token) => message.State == MessageState.Running && message.Token == token;

    private static IEnumerable<ReferenceMessage> ByRank(IEnumerable<ReferenceMessage> messages) =>
        messages.OrderBy(message => message.Priority).ThenBy(message => message.Sequence);

    // A history shows the removal of messages that failed or were called off, and every purge.
    private bool Remove(ReferenceMessage message, DateTimeOffset at, TransitionCause cause)
    {
        if (message.State is MessageState.Errored or MessageState.Canceled || cause == TransitionCause.Purge)
            Tell(message, message.Version + 1, message.State, null, at, null, cause);
        return _messages.Remove(message);
    }

    private void Move(ReferenceMessage message, MessageState state, DateTimeOffset at, DateTimeOffset? due, TransitionCause cause)
    {
        var (from, since) = (message.Version == 0 ? default(MessageState?) : message.State, message.UpdatedAt);
        (message.State, message.Due, message.UpdatedAt, message.Version) = (state, due, at, message.Version + 1);
        Tell(message, message.Version, from, state, at, from is null ? null : at - since, cause);
    }

    private void Tell(
        ReferenceMessage message,
        int version,
        MessageState? from,
        MessageState? to,
        DateTimeOffset at,
        TimeSpan? inFrom,
        TransitionCause cause
    ) =>
        history.Add(
            new Transition
            {
                Queue = name,
                Id = message.Id,
                Life = LifeOf(message),
                Version = version,
                From = from,
                To = to,
                Cause = cause,
                At = at,
                InFrom = inFrom,
                Attempt = message.Attempt,
                Worker = to is null ? null : message.Worker,
                Error = to is null ? null : message.Error,
                Priority = message.Priority,
                Deadline = message.Given.Deadline,
                MissedDeadline = cause == TransitionCause.Dequeue && at > message.Given.Deadline,
                Metadata = message.Given.Metadata,
                EnqueuedAt = message.EnqueuedAt,
            }
        );

    private void Hide(ReferenceMessage message, DateTimeOffset until, DateTimeOffset at, TransitionCause cause) =>
        Move(message, until > at ? MessageState.Invisible : MessageState.Pending, at, until > at ? until : null, cause);

    private void End(ReferenceMessage message, MessageState state, DateTimeOffset at, TransitionCause cause)
    {
        if (state != MessageState.Completed)
            message.Redriven = false;
        Move(message, state, at, at + (state == MessageState.Errored ? Settings.ErroredRetention : Settings.Retention), cause);
    }

    private void RemoveSurplus(DateTimeOffset at)
    {
        var errored = _messages
            .Where(message => message.State == MessageState.Errored)
            .OrderBy(message => (message.Due, message.Sequence))
            .ToList();
        if (Settings.MaxErrored > 0)
            Statistics.Bounded += errored.SkipLast((int)Settings.MaxErrored).Count(message => Remove(message, at, TransitionCause.Bound));
    }

    private void ComeBackOrEnd(
        ReferenceMessage message,
        string error,
        DateTimeOffset at,
        TransitionCause cause,
        TimeSpan? invisible = null,
        bool permanent = false
    )
    {
        message.Error = error;
        if (permanent || message.Attempt >= Settings.MaxAttempts)
            End(message, MessageState.Errored, at, cause);
        else
            Hide(message, at + (invisible ?? Wait(message)), at, cause);
    }

    private TimeSpan Wait(ReferenceMessage message) => Settings.Backoff.Kind switch
    {
        BackoffKind.None => TimeSpan.Zero,
        BackoffKind.Fixed => Settings.Backoff.Initial,
        _ => TimeSpan.FromMilliseconds(Math.Ceiling((1 - Jitter(message)) * Math.Min(
            Settings.Backoff.Max.TotalMilliseconds,
            Settings.Backoff.Initial.TotalMilliseconds * Math.Pow(2, message.Attempt - 1)))),
    };

    // 0 to 0.25: another for each message and attempt, the same each time.
    private static double Jitter(ReferenceMessage message) =>
        message.Id.Aggregate(message.Attempt, (hash, c) => ((hash * 31) + c) % 1009) / 1009.0 / 4;

    private ReferenceMessage? Best(Metadata filter) => _messages
        .Where(message => message.State == MessageState.Pending && message.Given.Metadata.Matches(filter) && !IsLocked(message))
        .MinBy(message => (message.Priority, message.Sequence));

    private bool IsLocked(ReferenceMessage message) => Settings.ExclusivityKey is { } key
        && _messages.Exists(other => other.State == MessageState.Running && other.Given.Metadata[key] == message.Given.Metadata[key]);

    private Message Lease(ReferenceMessage message) => Describe(message) with { LeaseToken = message.Token };
}
