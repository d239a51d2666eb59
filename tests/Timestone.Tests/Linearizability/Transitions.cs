using Timestone.Tests.Reference;

namespace Timestone.Tests.Linearizability;

/// <summary>
/// How a message stands after the next thing that happens to it: by the clock, by a settlement, by what else callers ask.
/// </summary>
internal sealed class Transitions(QueueSettings settings)
{
    /// <summary>What the clock does with a message that is running or invisible.</summary>
    /// <param name="message">The message.</param>
    /// <param name="until">The time by which it has happened.</param>
    public Standing ByClock(Standing message, long until)
    {
        var at = message.Due.UpTo(until);
        return message.State == MessageState.Invisible
            ? message.Become(MessageState.Pending, at)
            : Retry(message with { Error = "lease expired" }, at, Backoff(message.Attempt));
    }

    public Standing BySettlement(Standing message, Settlement item, Interval at)
    {
        message = message.Remember(item.LeaseToken, item.Action);
        return item.Action switch
        {
            SettlementAction.Complete => (message with { Error = null, Result = item.Result }).Become(MessageState.Completed, at),
            SettlementAction.Release => (message with { Attempt = message.Attempt - 1 }).ComeBack(at, Wait(item.Invisible) ?? default),
            _ when item.Permanent => (message with { Error = item.Error ?? "failed" }).Become(MessageState.Errored, at),
            _ => Retry(message with { Error = item.Error ?? "failed" }, at, Wait(item.Invisible) ?? Backoff(message.Attempt)),
        };
    }

    public static Standing ByCancellation(Standing message, Cancellation item, Interval at) =>
        (message with { Error = item.Reason ?? "canceled" }).Become(MessageState.Canceled, at);

    public static Standing ByRedrive(Standing message, Interval at) =>
        message.Become(MessageState.Pending, at) with { Attempt = 0, Progress = default, Lease = null, Redriven = true };

    public static Standing ByExtension(Standing message, LeaseExtension item, Interval at) => message with
    {
        Due = at.Plus(item.Lease is { } lease ? Interval.Exactly(Foresight.Ms(lease)) : message.Lease!.Length),
        Progress = item.Progress.Kind == PayloadKind.None ? message.Progress : item.Progress,
    };

    public static Standing ByLease(Standing message, Holding lease, Interval at) => message.Become(MessageState.Running, at) with
    {
        Attempt = message.Attempt + 1,
        Lease = lease,
        Due = at.Plus(lease.Length),
    };

    /// <summary>How long a lease lasts that a dequeue takes on a message, in milliseconds.</summary>
    public long LeaseLength(DequeueRequest request, Standing message) =>
        Foresight.Ms(request.Lease ?? message.Given.Lease ?? settings.Lease);

    /// <summary>What a call of unknown outcome makes of a message if it takes effect on it; null where it does nothing.</summary>
    public Standing? ByLost(Lost lost, Standing message, Interval at) => lost.Item switch
    {
        Settlement item when message.IsHeldBy(item.LeaseToken) => BySettlement(message, item, at.UpTo(message.Due.High - 1)),
        LeaseExtension item when message.IsHeldBy(item.LeaseToken) => ByExtension(message, item, at.UpTo(message.Due.High - 1)),
        Cancellation item when !message.IsTerminal => ByCancellation(message, item, at),
        RedriveCommand when message.State is MessageState.Canceled or MessageState.Errored => ByRedrive(message, at),
        _ => null,
    };

    private Standing Retry(Standing message, Interval at, Interval wait) =>
        message.Attempt >= settings.MaxAttempts ? message.Become(MessageState.Errored, at) : message.ComeBack(at, wait);

    // The jitter is not specified but for its range.
    private Interval Backoff(int attempt)
    {
        var initial = Foresight.Ms(settings.Backoff.Initial);
        if (settings.Backoff.Kind == BackoffKind.None)
            return default;
        if (settings.Backoff.Kind == BackoffKind.Fixed)
            return Interval.Exactly(initial);
        var longest = (long)Math.Min(Foresight.Ms(settings.Backoff.Max), initial * Math.Pow(2, attempt - 1));
        return new Interval(longest - (longest / 4), longest);
    }

    private static Interval? Wait(TimeSpan? invisible) => invisible is { } wait ? Interval.Exactly(Foresight.Ms(wait)) : null;
}
