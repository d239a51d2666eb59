using Microsoft.Extensions.Logging;

namespace Timestone.Client.Worker;

/// <summary>What workers log.</summary>
internal static partial class WorkerLog
{
    private static readonly Func<ILogger, string, string, int, IDisposable?> Scope = LoggerMessage.DefineScope<string, string, int>(
        "Queue {Queue}, message {Id}, attempt {Attempt}"
    );

    /// <summary>What every line says that is logged while a message is handled, whoever logs it.</summary>
    public static IDisposable? MessageScope(ILogger logger, string queue, string id, int attempt) => Scope(logger, queue, id, attempt);

    [LoggerMessage(1, LogLevel.Information, "{Worker} works on queue {Queue}, {Concurrency} messages at a time.")]
    public static partial void Started(ILogger logger, string worker, string queue, int concurrency);

    [LoggerMessage(2, LogLevel.Information, "{Worker} takes no more messages from queue {Queue}; {Count} are held.")]
    public static partial void Stopping(ILogger logger, string worker, string queue, int count);

    [LoggerMessage(3, LogLevel.Warning, "{Count} handlers of queue {Queue} still ran at the end of the shutdown's time and are canceled.")]
    public static partial void ShutdownTimedOut(ILogger logger, string queue, int count);

    [LoggerMessage(4, LogLevel.Warning, "Attempt {Attempt} of message {Id} of queue {Queue} failed.")]
    public static partial void HandlerFailed(ILogger logger, string queue, string id, int attempt, Exception exception);

    [LoggerMessage(5, LogLevel.Warning, "The lease of message {Id} of queue {Queue} is lost ({Code}); its handler is canceled.")]
    public static partial void LeaseLost(ILogger logger, string queue, string id, ErrorCode code);

    [LoggerMessage(
        6,
        LogLevel.Warning,
        "The lease of message {Id} of queue {Queue} could not be extended in time; its handler is canceled."
    )]
    public static partial void LeaseNotExtended(ILogger logger, string queue, string id);

    [LoggerMessage(7, LogLevel.Warning, "{Count} leases of queue {Queue} could not be extended now.")]
    public static partial void ExtensionFailed(ILogger logger, string queue, int count, Exception exception);

    [LoggerMessage(8, LogLevel.Warning, "Message {Id} of queue {Queue} was not settled ({Action}): {Code}. Another attempt may follow.")]
    public static partial void NotSettled(ILogger logger, string queue, string id, SettlementAction action, ErrorCode code);

    [LoggerMessage(9, LogLevel.Warning, "Queue {Queue} gave no messages.")]
    public static partial void DequeueFailed(ILogger logger, string queue, Exception exception);

    [LoggerMessage(10, LogLevel.Warning, "{Count} messages of queue {Queue} could not be settled now.")]
    public static partial void SettlingFailed(ILogger logger, string queue, int count, Exception exception);

    [LoggerMessage(11, LogLevel.Warning, "Attempt {Attempt} of message {Id} of queue {Queue} failed for good: {Reason}")]
    public static partial void FailedForGood(ILogger logger, string queue, string id, int attempt, string reason);

    [LoggerMessage(13, LogLevel.Warning, "{Worker} gets no messages from queue {Queue} now, and tries again until it does. {Problem}")]
    public static partial void ServerAway(ILogger logger, string worker, string queue, string problem);

    [LoggerMessage(14, LogLevel.Information, "{Worker} is served of queue {Queue} again.")]
    public static partial void ServerBack(ILogger logger, string worker, string queue);

    [LoggerMessage(15, LogLevel.Warning, "There is no queue {Queue} yet: {Worker} waits until a first message, or somebody, creates it.")]
    public static partial void QueueMissing(ILogger logger, string worker, string queue);

    [LoggerMessage(
        12,
        LogLevel.Information,
        "Attempt {Attempt} of message {Id} of queue {Queue} failed; its handler asks for another in {Delay}: {Reason}"
    )]
    public static partial void RetryLater(ILogger logger, string queue, string id, int attempt, TimeSpan delay, string reason);
}
