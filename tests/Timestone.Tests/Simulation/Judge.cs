namespace Timestone.Tests.Simulation;

/// <summary>Compares an answer with the reference's, and says which invariant a difference breaks.</summary>
internal static class Judge
{
    /// <summary>Throws unless the answer is the expected one; has the reference learn new lease tokens. It stands as after the command.</summary>
    public static void Check(ReferenceQueue reference, object expected, object actual)
    {
        if (expected is DequeueResult due && actual is DequeueResult told)
            expected = due with { Messages = [.. due.Messages.Zip(told.Messages, (one, other) => WithToken(reference, one, other)), .. due.Messages.Skip(told.Messages.Count)] };
        if (!Same(expected, actual))
            throw new SimulationFailure(Broken(reference, expected, actual), $"the answer should be {CommandText.Of(expected)}");
        if (actual is QueueStats stats)
            CheckActivity(reference, stats);
    }

    /// <summary>Equal but for the texts of errors, which are for people.</summary>
    public static bool Same(object expected, object actual) => (expected, actual) switch
    {
        (IReadOnlyList<MessageResult> one, IReadOnlyList<MessageResult> other) => SameResults(one, other),
        (MessageResult one, MessageResult other) => SameResult(one, other),
        (DequeueResult one, DequeueResult other) => one.Messages.SequenceEqual(other.Messages) && SameSettled(one.Settled, other.Settled),
        (IReadOnlyList<Message> one, IReadOnlyList<Message> other) => one.SequenceEqual(other),
        (ReferenceStats one, QueueStats other) => one.Counts == other.Counts && one.OldestPending == other.OldestPending,
        (TimestoneError one, TimestoneError other) => SameError(one, other),
        _ => expected.Equals(actual),
    };

    private static Message WithToken(ReferenceQueue reference, Message expected, Message actual)
    {
        if (!ReferenceLease.IsStandIn(expected.LeaseToken!) || expected.Id != actual.Id || actual.LeaseToken is not { } token)
            return expected;
        reference.Learn(expected.LeaseToken!, token);
        return expected with { LeaseToken = token };
    }

    private static bool SameResults(IReadOnlyList<MessageResult> one, IReadOnlyList<MessageResult> other) =>
        one.Count == other.Count && one.Zip(other).All(pair => SameResult(pair.First, pair.Second));

    private static bool SameSettled(IReadOnlyList<MessageResult>? one, IReadOnlyList<MessageResult>? other) =>
        one is null || other is null ? one is null && other is null : SameResults(one, other);

    private static bool SameResult(MessageResult one, MessageResult other) =>
        one.Id == other.Id && one.State == other.State && one.Version == other.Version && one.Duplicate == other.Duplicate
        && one.LeaseExpiresAt == other.LeaseExpiresAt && SameError(one.Error, other.Error);

    private static bool SameError(TimestoneError? one, TimestoneError? other) =>
        one?.Code == other?.Code && (one?.Code != ErrorCode.InvalidArgument || one.Field == other!.Field);

    private static Invariant Broken(ReferenceQueue reference, object expected, object actual) => (expected, actual) switch
    {
        (DequeueResult one, DequeueResult other) => BrokenByDequeue(reference, one, other),
        (long or ReferenceStats, _) => Invariant.CountsEqualContents,
        (_, TimestoneError { Code: ErrorCode.MessageNotFound }) => Invariant.AcknowledgedIsKept,
        (IReadOnlyList<MessageResult> one, IReadOnlyList<MessageResult> other) => BrokenByResults(one, other),
        (MessageResult { Duplicate: true }, _) => Invariant.RepeatsAnswerEqually,
        (IReadOnlyList<Message> one, IReadOnlyList<Message> other) when one.Any(message => other.All(found => found.Id != message.Id)) => Invariant.AcknowledgedIsKept,
        (Message one, Message other) when one.Version > other.Version => Invariant.AcknowledgedIsKept,
        _ => Invariant.AnswersEqualReference,
    };

    private static Invariant BrokenByDequeue(ReferenceQueue reference, DequeueResult expected, DequeueResult actual)
    {
        if (!SameSettled(expected.Settled, actual.Settled))
            return expected.Settled is null || actual.Settled is null ? Invariant.AnswersEqualReference : BrokenByResults(expected.Settled, actual.Settled);

        var due = expected.Messages.Select(message => message.Id).ToHashSet();
        foreach (var surplus in actual.Messages.Where(message => !due.Contains(message.Id)))
        {
            var held = reference.Find(surplus.Id);
            if (held?.State == MessageState.Running)
                return Invariant.LeasedOnce;
            if (held is not null && reference.ExclusivityValue(held) is { } value && reference.IsLocked(value))
                return Invariant.OneRunningPerValue;
        }

        // A message that has a token here is expected under a lease that was answered before.
        if (expected.Messages.Any(message => !ReferenceLease.IsStandIn(message.LeaseToken!) && actual.Messages.All(answered => answered.LeaseToken != message.LeaseToken)))
            return Invariant.RepeatsAnswerEqually;
        return expected.Messages.Select(message => message.Id).SequenceEqual(actual.Messages.Select(message => message.Id))
            ? Invariant.AnswersEqualReference
            : Invariant.OrderIsRespected;
    }

    private static Invariant BrokenByResults(IReadOnlyList<MessageResult> expected, IReadOnlyList<MessageResult> actual)
    {
        var (first, second) = expected.Zip(actual).FirstOrDefault(pair => !SameResult(pair.First, pair.Second));
        if (first?.Duplicate == true)
            return Invariant.RepeatsAnswerEqually;
        return second?.Error?.Code == ErrorCode.MessageNotFound ? Invariant.AcknowledgedIsKept : Invariant.AnswersEqualReference;
    }

    // A window of sixty seconds may be kept in steps: what happened in its first or last second may count or not.
    private static void CheckActivity(ReferenceQueue reference, QueueStats stats)
    {
        var (narrow, wide) = (reference.Now - 58_000, reference.Now - 62_000);
        var activity = reference.Activity;
        Within(stats.Lateness.Dequeued, activity.Since(narrow, ReferenceEvent.Dequeued, withDeadline: true), activity.Since(wide, ReferenceEvent.Dequeued, withDeadline: true), "dequeued with a deadline");
        Within(stats.Lateness.Late, activity.Since(narrow, ReferenceEvent.Dequeued, late: true), activity.Since(wide, ReferenceEvent.Dequeued, late: true), "late");
        Within((long)stats.Lateness.Max.TotalMilliseconds, activity.Latest(narrow), activity.Latest(wide), "the largest lateness");
    }

    private static void Within(long actual, long least, long most, string what)
    {
        if (actual < least || actual > most)
            throw new SimulationFailure(Invariant.CountsEqualContents, $"{actual} {what}, where {least} to {most} were expected.");
    }
}
