using System.Text;

namespace Timestone.Engine;

public sealed partial class QueueEngine
{
    private static readonly Notes NoNotes = new(null, null, null);

    /// <summary>Ends leases.</summary>
    public MessageResult[] Settle(IReadOnlyList<Settlement> settlements)
    {
        ArgumentNullException.ThrowIfNull(settlements);
        var results = new MessageResult[settlements.Count];
        var hashes = LookAhead(settlements, static settlement => settlement.Id);
        for (var i = 0; i < results.Length; i++)
            results[i] = Settle(settlements[i], hashes[i]);
        return results;
    }

    /// <summary>Extends leases.</summary>
    public MessageResult[] Extend(IReadOnlyList<LeaseExtension> extensions)
    {
        ArgumentNullException.ThrowIfNull(extensions);
        var results = new MessageResult[extensions.Count];
        for (var i = 0; i < results.Length; i++)
            results[i] = Extend(extensions[i]);
        return results;
    }

    /// <summary>Calls messages off.</summary>
    public MessageResult[] Cancel(IReadOnlyList<Cancellation> cancellations)
    {
        ArgumentNullException.ThrowIfNull(cancellations);
        var results = new MessageResult[cancellations.Count];
        for (var i = 0; i < results.Length; i++)
            results[i] = Cancel(cancellations[i]);
        return results;
    }

    /// <summary>Makes an errored or canceled message pending again.</summary>
    public MessageResult Redrive(string id)
    {
        if (_messages.Find(id) is not { } row)
            return Refusals.NotFound(id);
        if (row.State.State is MessageState.Errored or MessageState.Canceled)
        {
            return TryRevive(row)
                ? MessageView.Result(row, duplicate: false)
                : new MessageResult { Id = id, Error = NoRoom("redriving") };
        }

        return row.State.Redriven
            ? MessageView.Result(row, duplicate: true)
            : Refusals.IllegalTransition(row, "redriven");
    }

    private MessageResult Settle(Settlement settlement, int hash)
    {
        if (Validation.Problem(settlement) is { } problem)
            return new MessageResult { Id = settlement.Id, Error = problem };
        if (_messages.Find(settlement.Id, hash) is not { } row)
            return Refusals.NotFound(settlement.Id);
        if (!LeaseToken.TryParse(settlement.LeaseToken, out var token))
            return Refusals.LeaseLost(row, null);
        if (row.State.IsHeldBy(token))
        {
            var omitted = EndLease(row, settlement);
            return MessageView.Result(row, duplicate: false, omitted);
        }

        return row.State.EndingOf(token)?.Action == settlement.Action
            ? MessageView.Result(row, duplicate: true)
            : Refusals.LeaseLost(row, token);
    }

    // Answers what the journal has no room for.
    private OmittedText? EndLease(MessageRow row, Settlement settlement)
    {
        var ended = row.State;
        ended.Ended = Remember(ended.Lease!.Token, settlement.Action, ended.Ended);
        switch (settlement.Action)
        {
            case SettlementAction.Complete:
                End(ref ended, MessageState.Completed);
                byte[]? result = settlement.Result.Kind == PayloadKind.None ? null : ArrayOf(settlement.Result.Bytes);
                if (result is not null || ended.Notes?.Error is not null)
                    ended.Notes = new Notes(null, result, ended.Notes?.Progress);
                _rates.Completed(_now);
                Move(row, ended, TransitionCause.Complete);
                return null;
            case SettlementAction.Fail:
                var error = settlement.Error ?? "failed";
                var isCut =
                    error.Length > ShortErrorLength && !HasRoomFor(RoomUse.Extra, row, ended.Bytes + Encoding.UTF8.GetByteCount(error));
                GiveBackOrEnd(row, ended, settlement.Permanent, Ms(settlement.Invisible), isCut ? Cut(error) : error, TransitionCause.Fail);
                return isCut ? OmittedText.Error : null;
            default:
                ended.Attempt--;
                Wait(ref ended, Ms(settlement.Invisible) ?? 0);
                Move(row, ended, TransitionCause.Release);
                return null;
        }
    }

    // Not within a character that is a pair.
    private static string Cut(string error) =>
        error[..(char.IsHighSurrogate(error[ShortErrorLength - 1]) ? ShortErrorLength - 1 : ShortErrorLength)];

    private MessageResult Extend(LeaseExtension extension)
    {
        if (Validation.Problem(extension) is { } problem)
            return new MessageResult { Id = extension.Id, Error = problem };
        if (_messages.Find(extension.Id) is not { } row)
            return Refusals.NotFound(extension.Id);
        if (!LeaseToken.TryParse(extension.LeaseToken, out var token))
            return Refusals.LeaseLost(row, null);
        if (!row.State.IsHeldBy(token))
            return Refusals.LeaseLost(row, token);

        var bytes = row.State.Bytes;
        var reports = extension.Progress.Kind != PayloadKind.None;
        var keeps = reports && HasRoomFor(RoomUse.Extra, row, bytes + extension.Progress.Bytes.Length);
        if (!keeps && !HasRoomFor(RoomUse.Extension, row, bytes))
            return new MessageResult { Id = extension.Id, Error = NoRoom("extensions of leases") };
        SetOf(MessageState.Running).Remove(RankIn(MessageState.Running, row));
        var length = Ms(extension.Lease) ?? row.State.Lease!.DurationMs;
        row.State.DueAt = In(length);
        NoteExtension(row, length);
        if (keeps)
            row.State.Notes = (row.State.Notes ?? NoNotes) with { Progress = ArrayOf(extension.Progress.Bytes) };
        SetOf(MessageState.Running).Add(RankIn(MessageState.Running, row), row.Slot);
        Record(ChangeKind.Changed, null, MessageState.Running, row.State.UpdatedAt, row, bytes);
        return MessageView.Result(row, duplicate: false, reports && !keeps ? OmittedText.Progress : null) with
        {
            LeaseExpiresAt = MessageView.Time(row.State.DueAt),
        };
    }

    private MessageResult Cancel(Cancellation cancellation)
    {
        if (Validation.Problem(cancellation) is { } problem)
            return new MessageResult { Id = cancellation.Id, Error = problem };
        if (_messages.Find(cancellation.Id) is not { } row)
            return Refusals.NotFound(cancellation.Id);
        switch (row.State.State)
        {
            case MessageState.Canceled:
                return MessageView.Result(row, duplicate: true);
            case MessageState.Completed or MessageState.Errored:
                return Refusals.IllegalTransition(row, "canceled");
            default:
                var next = row.State;
                var keeps =
                    cancellation.Reason is not { } reason
                    || HasRoomFor(RoomUse.Extra, row, next.Bytes + Encoding.UTF8.GetByteCount(reason));
                End(ref next, MessageState.Canceled);
                next.Notes = (next.Notes ?? NoNotes) with { Error = (keeps ? cancellation.Reason : null) ?? "canceled" };
                Move(row, next, TransitionCause.Cancel);
                return MessageView.Result(row, duplicate: false, keeps ? null : OmittedText.Error);
        }
    }

    private bool TryRevive(MessageRow row)
    {
        if (!HasRoomFor(RoomUse.Extra, row, row.State.Bytes))
            return false;
        Revive(row);
        return true;
    }

    private void Revive(MessageRow row)
    {
        var next = row.State;
        next.Attempt = 0;
        next.Lease = null;
        next.Redriven = true;
        if (next.Notes?.Progress is not null)
            next.Notes = next.Notes with { Progress = null };
        Wait(ref next, 0);
        if (_exclusive is not null)
            EnterValue(row);
        Move(row, next, TransitionCause.Redrive);
    }

    // Keeps the latest of them: the chain is copied without its last link when it is full.
    private static EndedLease Remember(ulong token, SettlementAction action, EndedLease? previous)
    {
        var length = 0;
        for (var ended = previous; ended is not null; ended = ended.Previous)
            length++;
        return new EndedLease(token, action, length < EndedLease.Remembered ? previous : WithoutLast(previous!));
    }

    private static EndedLease? WithoutLast(EndedLease ended) =>
        ended.Previous is null ? null : ended with { Previous = WithoutLast(ended.Previous) };
}
