using Timestone.Tests.Conformance;
using Timestone.Tests.Support;

namespace Timestone.Orleans.Tests.Conformance;

/// <summary>The suite through an Orleans client, connected to three silos by TCP.</summary>
public static class OverOrleans
{
    [Slow] public sealed class Queue() : QueueTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class ExplicitQueue() : ExplicitQueueTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class Enqueue() : EnqueueTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class PayloadRoundTrip() : PayloadRoundTripTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class Dequeue() : DequeueTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class Ordering() : OrderingTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class Exclusivity() : ExclusivityTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class Filter() : FilterTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class Settle() : SettleTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class Lease() : LeaseTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class LeaseWatch() : LeaseWatchTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class Backoff() : BackoffTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class Cancel() : CancelTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class Redrive() : RedriveTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class Retention() : RetentionTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class Clock() : ClockTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class Purge() : PurgeTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class Lifecycle() : LifecycleTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class Idempotency() : IdempotencyTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class LongPolling() : LongPollingTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class Listing() : ListingTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class Stats() : StatsTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class Validation() : ValidationTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class ErrorCode() : ErrorCodeTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class Restart() : RestartTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class History() : HistoryTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class Search() : SearchTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class SearchHistory() : SearchHistoryTests(new SiloSubject(SiloWay.Client));

    [Slow] public sealed class SearchStats() : SearchStatsTests(new SiloSubject(SiloWay.Client));
}
