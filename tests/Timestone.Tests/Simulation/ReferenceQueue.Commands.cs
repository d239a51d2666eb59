using System.Text;
using Timestone.Engine;

namespace Timestone.Tests.Simulation;

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
            CancelCommand cancel => cancel.Items.Select(Cancel).ToArray(),
            RedriveCommand redrive => Redrive(redrive.Id),
            RedriveAllCommand => RedriveAll(),
            PurgeCommand purge => Purge(purge.State),
            SweepCommand sweep => Sweep(sweep),
            EndSweepCommand end => _sweeps.Remove(end.Number),
            UpdateCommand update => Update(update.Patch),
            DeleteCommand => Delete(),
            GetCommand get => Get(get.Id),
            ListCommand list => List(list.State),
            DepthCommand depth => Depth(depth.State, depth.Filter),
            StatsCommand => Stats(),
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        };
    }

    private MessageResult Enqueue(NewMessage given)
    {
        if (Validation.Problem(given) is { } problem)
            return new MessageResult { Id = given.Id, Error = problem };
        if (Find(given.Id!) is { } known)
            return SameContent(known.Given, given) ? Result(known, duplicate: true) : Refused(given.Id, ErrorCode.MessageConflict);
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

        var visibleAt = given.VisibleAt?.ToUnixTimeMilliseconds() ?? Now + Milliseconds(given.Invisible ?? Settings.Invisible);
        var message = new ReferenceMessage
        {
            Given = given,
            Sequence = ++_lastSequence,
            Priority = given.Priority ?? given.Deadline?.ToUnixTimeMilliseconds() ?? Now,
            EnqueuedAt = Now,
            UpdatedAt = Now,
            State = visibleAt > Now ? MessageState.Invisible : MessageState.Pending,
            DueAt = visibleAt,
        };
        _messages.Add(message);
        Revision++;
        return Result(message, duplicate: false);
    }

    private static bool SameContent(NewMessage one, NewMessage other) =>
        one.Payload == other.Payload && one.Metadata.Equals(other.Metadata)
        && one.Priority == other.Priority && one.Deadline == other.Deadline
        && one.Invisible == other.Invisible && one.VisibleAt == other.VisibleAt && one.Lease == other.Lease;

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
        Become(message, MessageState.Running, Now);
        message.Attempt++;
        message.DueAt = Now + length;
        message.Lease = new ReferenceLease(Tokens.NewLease(), length, request.Worker, request.RequestId);
        if (message.Given.Deadline is not null)
            Activity.Add(Now, Now - message.Priority);
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
                End(message, MessageState.Completed, Now);
                break;
            case SettlementAction.Release:
                message.Attempt--;
                BecomeInvisible(message, Now, Milliseconds(item.Invisible ?? TimeSpan.Zero));
                break;
            case SettlementAction.Fail:
                var error = item.Error ?? "failed";
                if (error.Length > 200 && !HasRoomFor(RoomUse.Extra, message, Encoding.UTF8.GetByteCount(error)))
                    (error, omitted) = (error[..200], OmittedText.Error);
                message.Error = error;
                if (item.Permanent)
                    End(message, MessageState.Errored, Now);
                else
                    Retry(message, Now, item.Invisible is { } invisible ? Milliseconds(invisible) : Backoff(message));
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
            LeaseExpiresAt = Time(message.DueAt),
            Omitted = reports && !keeps ? OmittedText.Progress : null,
        };
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
        End(message, MessageState.Canceled, Now);
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
        BecomePending(message, Now);
        foreach (var sweep in _sweeps.Values)
            sweep.Covered.Remove(message);
        message.Attempt = 0;
        message.Progress = default;
        message.Lease = null;
        message.Redriven = true;
        return true;
    }

    private object RedriveAll()
    {
        var errored = _messages
            .FindAll(message => message.State == MessageState.Errored)
            .OrderBy(message => message.DueAt)
            .ThenBy(message => message.Sequence)
            .ToArray();
        return errored.All(TryRedrive) ? (long)errored.Length : Error(ErrorCode.QueueFull);
    }

    private object Purge(MessageState? state)
    {
        if (state == MessageState.Running)
            return Error(ErrorCode.InvalidArgument, "state");
        var purged = _messages.FindAll(message => state is null ? message.State != MessageState.Running : message.State == state);
        Activity.Purged += purged.Sum(Remove);
        return (long)purged.Count;
    }

    private SweepStep Sweep(SweepCommand command)
    {
        var goesOn = _sweeps.TryGetValue(command.Number, out var sweep);
        sweep ??= _sweeps[command.Number] = new ReferenceSweep(command, EngineSweeps.StatesOf(command.State), _messages, _lastSequence);
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
            Activity.Purged += sweep.Redrives ? 0 : Remove(message);
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
            .. _messages
                .Where(message => sweep.Covered.Count > 0 && sweep.States.Contains(message.State))
                .Select(message =>
                    (
                        Message: message,
                        Place: (message.State, message.State == MessageState.Pending ? message.Priority : message.DueAt, message.Sequence)
                    )
                )
                .Where(looked => looked.Place.CompareTo(sweep.At) > 0)
                .OrderBy(looked => looked.Place)
                .Take(sweep.StepSize),
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

    private static MessageResult Refused(string? id, ErrorCode code) => MessageResult.Refused(id, code, "");

    private static TimestoneError Error(ErrorCode code, string? field = null) => new(code, "", field);
}
