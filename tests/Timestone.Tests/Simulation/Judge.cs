using Timestone.Tests.Reference;

namespace Timestone.Tests.Simulation;

/// <summary>Compares an answer with the reference's, and says which invariant a difference breaks.</summary>
internal static class Judge
{
    /// <summary>
    /// Throws unless the answer is the expected one; has the reference learn new lease tokens. It stands as after the command.
    /// </summary>
    public static void Check(ReferenceQueue reference, object expected, object actual)
    {
        if (expected is DequeueResult due && actual is DequeueResult told)
            expected = due with
            {
                Messages =
                [
                    .. due.Messages.Zip(told.Messages, (one, other) => WithToken(reference, one, other)),
                    .. due.Messages.Skip(told.Messages.Count),
                ],
            };
        if (!Same(expected, actual))
            throw new SimulationFailure(Broken(reference, expected, actual), $"the answer should be {CommandText.Of(expected)}");
    }

    /// <summary>Equal but for the texts of errors, which are for people.</summary>
    public static bool Same(object expected, object actual) =>
        (expected, actual) switch
        {
            (IReadOnlyList<MessageResult> one, IReadOnlyList<MessageResult> other) => SameResults(one, other),
            (MessageResult one, MessageResult other) => SameResult(one, other),
            (DequeueResult one, DequeueResult other) => one.Messages.SequenceEqual(other.Messages)
                && SameSettled(one.Settled, other.Settled)
                && SameError(one.Error, other.Error),
            (IReadOnlyList<Message> one, IReadOnlyList<Message> other) => one.SequenceEqual(other.Select(WithoutLife)),
            (Message one, Message other) => one == WithoutLife(other),
            (ReferenceStats one, QueueStats other) => one.Matches(other),
            (TimestoneError one, TimestoneError other) => SameError(one, other),
            _ => expected.Equals(actual),
        };

    // What lives are called is the engine's business.
    private static Message WithoutLife(Message message) => message with { Life = null };

    private static Message WithToken(ReferenceQueue reference, Message expected, Message actual) =>
        expected.Id == actual.Id && actual.LeaseToken is { } token
            ? expected with { LeaseToken = reference.Tokens.Learn(expected.LeaseToken!, token) }
            : expected;

    private static bool SameResults(IReadOnlyList<MessageResult> one, IReadOnlyList<MessageResult> other) =>
        one.Count == other.Count && one.Zip(other).All(pair => SameResult(pair.First, pair.Second));

    private static bool SameSettled(IReadOnlyList<MessageResult>? one, IReadOnlyList<MessageResult>? other) =>
        one is null || other is null ? one is null && other is null : SameResults(one, other);

    private static bool SameResult(MessageResult one, MessageResult other) =>
        one.Id == other.Id
        && one.State == other.State
        && one.Version == other.Version
        && one.Duplicate == other.Duplicate
        && one.Omitted == other.Omitted
        && one.LeaseExpiresAt == other.LeaseExpiresAt
        && SameError(one.Error, other.Error);

    private static bool SameError(TimestoneError? one, TimestoneError? other) =>
        one?.Code == other?.Code && (one?.Code != ErrorCode.InvalidArgument || one.Field == other!.Field);

    private static Invariant Broken(ReferenceQueue reference, object expected, object actual) =>
        (expected, actual) switch
        {
            (DequeueResult one, DequeueResult other) => BrokenByDequeue(reference, one, other),
            (long or ReferenceStats, _) => Invariant.CountsEqualContents,
            (_, TimestoneError { Code: ErrorCode.MessageNotFound }) => Invariant.AcknowledgedIsKept,
            (IReadOnlyList<MessageResult> one, IReadOnlyList<MessageResult> other) => BrokenByResults(one, other),
            (MessageResult { Duplicate: true }, _) => Invariant.RepeatsAnswerEqually,
            (IReadOnlyList<Message> one, IReadOnlyList<Message> other)
                when one.Any(message => other.All(found => found.Id != message.Id)) => Invariant.AcknowledgedIsKept,
            (Message one, Message other) when one.Version > other.Version => Invariant.AcknowledgedIsKept,
            _ => Invariant.AnswersEqualReference,
        };

    private static Invariant BrokenByDequeue(ReferenceQueue reference, DequeueResult expected, DequeueResult actual)
    {
        if (!SameSettled(expected.Settled, actual.Settled))
            return expected.Settled is null || actual.Settled is null
                ? Invariant.AnswersEqualReference
                : BrokenByResults(expected.Settled, actual.Settled);

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
        if (
            expected.Messages.Any(message =>
                message.LeaseToken![0] != '?' && actual.Messages.All(answered => answered.LeaseToken != message.LeaseToken)
            )
        )
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
}
