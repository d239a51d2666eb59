using Timestone.Tests.Conformance;
using Timestone.Tests.Support;

namespace Timestone.Orleans.Tests.Conformance;

/// <summary>The suite through grains, called within one of three silos that share a redis-server.</summary>
public static class OnSilos
{
    [Slow] public sealed class Queue() : QueueTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class ExplicitQueue() : ExplicitQueueTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class Enqueue() : EnqueueTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class PayloadRoundTrip() : PayloadRoundTripTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class Dequeue() : DequeueTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class Ordering() : OrderingTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class Exclusivity() : ExclusivityTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class Filter() : FilterTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class Settle() : SettleTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class Lease() : LeaseTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class LeaseWatch() : LeaseWatchTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class Backoff() : BackoffTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class Cancel() : CancelTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class Redrive() : RedriveTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class Retention() : RetentionTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class Clock() : ClockTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class Purge() : PurgeTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class Lifecycle() : LifecycleTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class Idempotency() : IdempotencyTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class LongPolling() : LongPollingTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class Listing() : ListingTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class Stats() : StatsTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class Validation() : ValidationTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class ErrorCode() : ErrorCodeTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class Restart() : RestartTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class History() : HistoryTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class Search() : SearchTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class SearchHistory() : SearchHistoryTests(new SiloSubject(SiloWay.Within));

    [Slow] public sealed class SearchStats() : SearchStatsTests(new SiloSubject(SiloWay.Within));
}
