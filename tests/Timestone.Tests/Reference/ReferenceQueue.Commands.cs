using System.Text;
using Timestone.Engine;

namespace Timestone.Tests.Reference;

/// <summary>The commands that change something.</summary>
internal sealed partial class ReferenceQueue
{
    /// <summary>Does what is asked at a time, and answers: see <see cref="Ask"/>.</summary>
    public object Answer(long now, Command command, JournalRoom room)
    {
        BeginBatch(now, room);
        return Ask(command);
    }

    /// <summary>
    /// Does what is asked at the time of <see cref="BeginBatch"/>, and answers. Commands of one batch happen at one time.
    /// </summary>
    /// <param name="command">What is asked.</param>
    /// <returns>
    /// What the contracts answer; of a list the messages of all its pages. Lease tokens are not specified: those in it are
    /// stand-ins until the engine's own are learnt (<see cref="LeaseTokens"/>).
    /// </returns>
    public object Ask(Command command)
    {
        return command switch
        {
            EnqueueCommand enqueue => enqueue.Messages.Select(message => Enqueue(message)).ToArray(),
            DequeueCommand dequeue => Dequeue(dequeue.Request),
            SettleCommand settle => settle.Items.Select(Settle).ToArray(),
            ExtendCommand extend => extend.Items.Select(Extend).ToArray(),
            WatchCommand watch => LostLeases(watch.Leases),
            CancelCommand cancel => cancel.Items.Select(Cancel).ToArray(),
            RedriveCommand redrive => Redrive(redrive.Id),
            RedriveAllCommand => RedriveAll(),
            PurgeCommand { State: MessageState.Running } => Error(ErrorCode.InvalidArgument, "state"),
            PurgeCommand purge => Purge(state => SweepCommand.StatesOf(purge.State).Contains(state)).Total,
            SweepCommand sweep => Sweep(sweep),
            EndSweepCommand end => _sweeps.Remove(end.Number),
            UpdateCommand update => Update(update.Patch),
            DeleteCommand => Delete(),
            GetCommand get => Find(get.Id) is { } message ? Describe(message) : Error(ErrorCode.MessageNotFound),
            ListCommand list => Listed(list.State).Select(Describe).ToArray(),
            DepthCommand depth => _messages.LongCount(message =>
                (depth.State is null ? !message.IsTerminal : message.State == depth.State) && message.Given.Metadata.Matches(depth.Filter)
            ),
            // What happened in the first or the last second of the minute may count or not.
            StatsCommand => new ReferenceStats(Stats(58_000), Stats(62_000)),
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        };
    }

    private MessageResult Enqueue(NewMessage given)
    {
        if (Validation.Problem(given) is { } problem)
            return new MessageResult { Id = given.Id, Error = problem };
        if (_messages.Find(message => message.Id == given.Id) is { } known)
            return known.Given == given ? Result(known, duplicate: true) : Refused(given.Id, ErrorCode.MessageConflict);
        if (Settings.EnqueueBlocked)
            return Refused(given.Id, ErrorCode.EnqueueBlocked);
        if (Settings.Type == QueueType.Exclusive && !given.Metadata.ContainsKey(Settings.ExclusivityKey!))
            return Refused(given.Id, ErrorCode.MissingExclusivityKey);
        if (given.Payload.Bytes.Length > Settings.MaxPayloadBytes)
            return Refused(given.Id, ErrorCode.PayloadTooLarge);
        if (Settings.MaxDepth > 0 && _messages.Count(message => !message.IsTerminal) >= Settings.MaxDepth)
            return Refused(given.Id, ErrorCode.QueueFull);
        if (!HasRoom(RoomUse.Message, QueueEngine.ContentBytes(given)))
            return Refused(given.Id, ErrorCode.QueueFull);

        var message = new ReferenceMessage
        {
            Given = given with { Id = given.Id ?? Guid.NewGuid().ToString("n") },
            Sequence = ++_lastSequence,
            Priority =
                given.Priority
                ?? given.Deadline?.ToUnixTimeMilliseconds()
                ?? Now + Milliseconds(given.PriorityOffset ?? TimeSpan.Zero),
            EnqueuedAt = Now,
        };
        _messages.Add(message);
        var visibleAt = given.VisibleAt?.ToUnixTimeMilliseconds() ?? Now + Milliseconds(given.Invisible ?? Settings.Invisible);
        BecomeVisibleAt(message, visibleAt, Now, TransitionCause.Enqueue);
        return Result(message, duplicate: false);
    }

    private object Dequeue(DequeueRequest request)
    {
        var settled = SettleFirst(request);
        var messages = Take(request);
        return messages.Length > 0 ? new DequeueResult { Settled = settled, Messages = messages } : Nothing(request, settled);
    }

    /// <summary>What a dequeue answers that got no messages.</summary>
    public object Nothing(DequeueRequest request, MessageResult[]? settled)
    {
        var lacksRoom = LacksRoomToLease && request.Max > 0 && !Settings.DequeueBlocked && Dequeueable(request.Filter).Any();
        return lacksRoom && settled is null
            ? Error(ErrorCode.QueueFull)
            : new DequeueResult { Settled = settled, Error = lacksRoom ? Error(ErrorCode.QueueFull) : null };
    }

    /// <summary>The first half of a dequeue: the settlements that it carries.</summary>
    public MessageResult[]? SettleFirst(DequeueRequest request) =>
        request.Settle.Count == 0 ? null : request.Settle.Select(Settle).ToArray();

    /// <summary>The second half of a dequeue: what it leases, or leased when it came before.</summary>
    public Message[] Take(DequeueRequest request)
    {
        if (request.Max == 0)
            return [];
        var leased = LeasedBy(request.RequestId);
        if (leased.Count == 0 && !Settings.DequeueBlocked && !LacksRoomToLease)
        {
            foreach (var message in Dequeueable(request.Filter).Take(request.Max).ToArray())
            {
                LacksRoomToLease = !HasRoomFor(
                    RoomUse.Lease,
                    message,
                    (3 * (request.Worker?.Length ?? 0)) + (request.RequestId?.Length ?? 0)
                );
                if (LacksRoomToLease)
                    break;
                Lease(message, request);
                leased.Add(message);
            }
        }

        return [.. leased.Select(message => Describe(message) with { LeaseToken = Tokens.Of(message.Lease!.Number) })];
    }

    private List<ReferenceMessage> LeasedBy(string? requestId) => requestId is null
        ? []
        : ByRank(_messages.Where(message => message.State == MessageState.Running && message.Lease!.RequestId == requestId)).ToList();

    private IEnumerable<ReferenceMessage> Dequeueable(Metadata filter)
    {
        var taken = _messages
            .Where(static message => message.State == MessageState.Running)
            .Select(ExclusivityValue)
            .OfType<string>()
            .ToHashSet();
        foreach (
            var message in ByRank(
                _messages.Where(message => message.State == MessageState.Pending && message.Given.Metadata.Matches(filter))
            )
        )
        {
            if (ExclusivityValue(message) is not { } value || taken.Add(value))
                yield return message;
        }
    }

    private static IEnumerable<ReferenceMessage> ByRank(IEnumerable<ReferenceMessage> messages) =>
        messages.OrderBy(message => message.Priority).ThenBy(message => message.Sequence);

    private void Lease(ReferenceMessage message, DequeueRequest request)
    {
        var length = Milliseconds(request.Lease ?? message.Given.Lease ?? Settings.Lease);
        message.Attempt++;
        message.Lease = new ReferenceLease(Tokens.NewLease(), length, request.Worker, request.RequestId);
        Become(message, MessageState.Running, Now, Now + length, TransitionCause.Dequeue);
    }

    private MessageResult Settle(Settlement item)
    {
        if (Validation.Problem(item) is { } problem)
            return new MessageResult { Id = item.Id, Error = problem };
        if (Find(item.Id) is not { } message)
            return Refused(item.Id, ErrorCode.MessageNotFound);
        if (Tokens.LeaseOf(item.LeaseToken) is not { } lease)
            return Refused(item.Id, ErrorCode.LeaseLost);
        if (message.State != MessageState.Running || message.Lease!.Number != lease)
            return message.Ended.Contains((lease, item.Action)) ? Result(message, duplicate: true) : Refused(item.Id, ErrorCode.LeaseLost);

        OmittedText? omitted = null;
        message.Ended = [(lease, item.Action), .. message.Ended.Take(LeasesRemembered - 1)];
        switch (item.Action)
        {
            case SettlementAction.Complete:
                message.Error = null;
                message.Result = item.Result;
                End(message, MessageState.Completed, Now, TransitionCause.Complete);
                break;
            case SettlementAction.Release:
                message.Attempt--;
                BecomeVisibleAt(message, Now + Milliseconds(item.Invisible ?? TimeSpan.Zero), Now, TransitionCause.Release);
                break;
            case SettlementAction.Fail:
                var error = item.Error ?? "failed";
                if (error.Length > 200 && !HasRoomFor(RoomUse.Extra, message, Encoding.UTF8.GetByteCount(error)))
                    (error, omitted) = (error[..200], OmittedText.Error);
                RetryOrEnd(message, error, Now, TransitionCause.Fail, item.Invisible, item.Permanent);
                break;
        }

        return Result(message, duplicate: false) with { Omitted = omitted };
    }

    private MessageResult Extend(LeaseExtension item)
    {
        if (Validation.Problem(item) is { } problem)
            return new MessageResult { Id = item.Id, Error = problem };
        if (Find(item.Id) is not { } message)
            return Refused(item.Id, ErrorCode.MessageNotFound);
        if (message.State != MessageState.Running || message.Lease!.Number != Tokens.LeaseOf(item.LeaseToken))
            return Refused(item.Id, ErrorCode.LeaseLost);

        var reports = item.Progress.Kind != PayloadKind.None;
        var keeps = reports && HasRoomFor(RoomUse.Extra, message, item.Progress.Bytes.Length);
        if (!keeps && !HasRoomFor(RoomUse.Extension, message))
            return Refused(item.Id, ErrorCode.QueueFull);
        var length = item.Lease is { } asked ? Milliseconds(asked) : message.Lease.Length;
        message.DueAt = Now + length;
        // The message does not show when that was.
        if (Now - Math.Max(message.UpdatedAt, Seen?.Time ?? long.MinValue) > length / 100)
            Note();
        if (keeps)
            message.Progress = item.Progress;
        Revision++;
        return Result(message, duplicate: false) with
        {
            LeaseExpiresAt = Time(Now + length),
            Omitted = reports && !keeps ? OmittedText.Progress : null,
        };
    }

    private MessageResult[] LostLeases(IReadOnlyList<LeaseReference> leases)
    {
        MessageResult[] lost = [.. leases.Select(WhyLost).OfType<MessageResult>()];
        Watches.NotLost += leases.Count - lost.Length;
        Watches.Lost += lost.Count(static one => one.Error!.Code == ErrorCode.LeaseLost);
        return lost;
    }

    private MessageResult? WhyLost(LeaseReference lease)
    {
        if (Find(lease.Id) is not { } message)
            return Refused(lease.Id, ErrorCode.MessageNotFound);
        var number = Tokens.LeaseOf(lease.LeaseToken);
        var isHeld = message.State == MessageState.Running && message.Lease!.Number == number;
        return isHeld || message.Ended.Any(ended => ended.Lease == number)
            ? null
            : Refused(lease.Id, ErrorCode.LeaseLost) with { State = message.State, Version = message.Version };
    }

    private MessageResult Cancel(Cancellation item)
    {
        if (Validation.Problem(item) is { } problem)
            return new MessageResult { Id = item.Id, Error = problem };
        if (Find(item.Id) is not { } message)
            return Refused(item.Id, ErrorCode.MessageNotFound);
        if (message.State == MessageState.Canceled)
            return Result(message, duplicate: true);
        if (message.IsTerminal)
            return Refused(item.Id, ErrorCode.IllegalTransition);

        var keepsReason = item.Reason is null || HasRoomFor(RoomUse.Extra, message, Encoding.UTF8.GetByteCount(item.Reason));
        message.Error = (keepsReason ? item.Reason : null) ?? "canceled";
        End(message, MessageState.Canceled, Now, TransitionCause.Cancel);
        return Result(message, duplicate: false) with { Omitted = keepsReason ? null : OmittedText.Error };
    }

    private object Redrive(string id)
    {
        if (Find(id) is not { } message)
            return Error(ErrorCode.MessageNotFound);
        if (message.State is not (MessageState.Errored or MessageState.Canceled))
            return message.Redriven ? Result(message, duplicate: true) : Error(ErrorCode.IllegalTransition);
        return TryRedrive(message) ? Result(message, duplicate: false) : Error(ErrorCode.QueueFull);
    }

    private bool TryRedrive(ReferenceMessage message)
    {
        if (!HasRoomFor(RoomUse.Extra, message))
            return false;
        foreach (var sweep in _sweeps.Values)
            sweep.Covered.Remove(message);
        message.Attempt = 0;
        message.Progress = default;
        message.Lease = null;
        message.Redriven = true;
        Become(message, MessageState.Pending, Now, null, TransitionCause.Redrive);
        return true;
    }

    private object RedriveAll()
    {
        var errored = Listed(MessageState.Errored).ToArray();
        return errored.All(TryRedrive) ? errored.LongLength : Error(ErrorCode.QueueFull);
    }

    /// <summary>Removes all messages of some states.</summary>
    public StateCounts Purge(Func<MessageState, bool> covers)
    {
        var purged = _messages.FindAll(message => covers(message.State));
        purged.ForEach(message => Remove(message, Now, TransitionCause.Purge));
        return StateCounts.Of(state => purged.Count(message => message.State == state));
    }

    private SweepStep Sweep(SweepCommand command)
    {
        var goesOn = _sweeps.TryGetValue(command.Number, out var sweep);
        sweep ??= _sweeps[command.Number] = new ReferenceSweep(command, SweepCommand.StatesOf(command.State), _messages, _lastSequence);
        Sweeps.LaterSteps += goesOn && sweep.Covered.Count > 0 ? 1 : 0;
        Sweeps.Overlapping += _sweeps.Count > 1 ? 1 : 0;
        var changed = new long[6];
        var hasRoom = true;
        foreach (var (message, place) in LookedAtNext(sweep))
        {
            sweep.At = place;
            if (!sweep.Covered.TryGetValue(message, out var before))
            {
                Sweeps.New += message.Sequence > sweep.LastSequence ? 1 : 0;
                Sweeps.CameBack += message.Sequence > sweep.LastSequence ? 0 : 1;
                continue;
            }

            Sweeps.MovedWithin += message.State == before ? 0 : 1;
            if (!(hasRoom = !sweep.Redrives || TryRedrive(message)))
                break;
            if (!sweep.Redrives)
                Remove(message, Now, TransitionCause.Purge);
            changed[(int)place.State]++;
        }

        var isDone = sweep.Covered.Count == 0 || !hasRoom;
        if (isDone)
            _sweeps.Remove(command.Number);
        return new SweepStep(StateCounts.Of(state => changed[(int)state]), isDone, !hasRoom);
    }

    // None when nothing is left that it covers.
    private (ReferenceMessage Message, (MessageState State, long Rank, long Sequence) Place)[] LookedAtNext(ReferenceSweep sweep) =>
        [
            .. Listed(null)
                .Where(message => sweep.Covered.Count > 0 && sweep.States.Contains(message.State) && message.Place.CompareTo(sweep.At) > 0)
                .Take(sweep.StepSize)
                .Select(static message => (message, message.Place)),
        ];

    private object Update(QueueSettingsPatch patch)
    {
        if ((patch.Backoff?.Max ?? Settings.Backoff.Max) < (patch.Backoff?.Initial ?? Settings.Backoff.Initial))
            return Error(ErrorCode.InvalidArgument, "backoff.maxSeconds");
        var settings = patch.ApplyTo(Settings);
        if (settings == Settings)
            return Settings;
        if (!HasRoom(RoomUse.Extra, QueueRow.MaxBytes))
            return Error(ErrorCode.QueueFull);
        Revision++;
        return Settings = settings;
    }

    private bool Delete()
    {
        Revision++;
        _messages = [];
        return Deleted = true;
    }

    private static MessageResult Result(ReferenceMessage message, bool duplicate) =>
        new() { Id = message.Id, State = message.State, Version = message.Version, Duplicate = duplicate };

    private static MessageResult Refused(string? id, ErrorCode code) => MessageResult.Refused(id, code, $"{code}");

    private static TimestoneError Error(ErrorCode code, string? field = null) => new(code, $"{code}", field);
}
