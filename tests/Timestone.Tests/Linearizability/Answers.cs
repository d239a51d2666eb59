using Timestone.Tests.Reference;

namespace Timestone.Tests.Linearizability;

/// <summary>What stands in commands and answers, whatever their kind.</summary>
internal static class Answers
{
    /// <summary>What messages an answer shows.</summary>
    public static IEnumerable<Message> MessagesIn(object? answer) => answer switch
    {
        Message message => [message],
        DequeueResult result => result.Messages,
        _ => [],
    };

    /// <summary>What an answer says of single messages.</summary>
    public static IEnumerable<MessageResult> ResultsIn(object? answer) => answer switch
    {
        MessageResult result => [result],
        IReadOnlyList<MessageResult> results => results,
        DequeueResult { Settled: { } settled } => settled,
        _ => [],
    };

    /// <summary>The messages that an answer says do not exist.</summary>
    public static IEnumerable<string> MissedIn(Command command, object? answer) => (command, answer) switch
    {
        (GetCommand get, TimestoneError { Code: ErrorCode.MessageNotFound }) => [get.Id],
        (RedriveCommand redrive, TimestoneError { Code: ErrorCode.MessageNotFound }) => [redrive.Id],
        _ => ResultsIn(answer).Where(static result => result.Error?.Code == ErrorCode.MessageNotFound).Select(static result => result.Id!),
    };

    /// <summary>The messages that a command names.</summary>
    public static IEnumerable<string> IdsIn(Command command) => command switch
    {
        EnqueueCommand enqueue => enqueue.Messages.Select(static message => message.Id!),
        SettleCommand settle => settle.Items.Select(static item => item.Id),
        ExtendCommand extend => extend.Items.Select(static item => item.Id),
        CancelCommand cancel => cancel.Items.Select(static item => item.Id),
        RedriveCommand redrive => [redrive.Id],
        GetCommand get => [get.Id],
        DequeueCommand or DepthCommand => [],
        _ => throw new ArgumentException($"The checker has no model of '{command}'."),
    };

    /// <summary>The message that an item of a command names.</summary>
    public static string IdOf(object item) => item switch
    {
        Settlement settlement => settlement.Id,
        LeaseExtension extension => extension.Id,
        Cancellation cancellation => cancellation.Id,
        RedriveCommand redrive => redrive.Id,
        _ => throw new ArgumentOutOfRangeException(nameof(item)),
    };
}
