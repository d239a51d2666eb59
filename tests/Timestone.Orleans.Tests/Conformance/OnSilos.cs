using Timestone.Tests.Conformance;
using Timestone.Tests.Support;

namespace Timestone.Orleans.Tests.Conformance;

/// <summary>The suite through grains, called within one of three silos that share a redis-server.</summary>
public static class OnSilos
{
    [Slow] public sealed class Queue() : QueueTests(new SiloSubject(external: false));

    [Slow] public sealed class ExplicitQueue() : ExplicitQueueTests(new SiloSubject(external: false));

    [Slow] public sealed class Enqueue() : EnqueueTests(new SiloSubject(external: false));

    [Slow] public sealed class PayloadRoundTrip() : PayloadRoundTripTests(new SiloSubject(external: false));

    [Slow] public sealed class Dequeue() : DequeueTests(new SiloSubject(external: false));

    [Slow] public sealed class Ordering() : OrderingTests(new SiloSubject(external: false));

    [Slow] public sealed class Exclusivity() : ExclusivityTests(new SiloSubject(external: false));

    [Slow] public sealed class Filter() : FilterTests(new SiloSubject(external: false));

    [Slow] public sealed class Settle() : SettleTests(new SiloSubject(external: false));

    [Slow] public sealed class Lease() : LeaseTests(new SiloSubject(external: false));

    [Slow] public sealed class Backoff() : BackoffTests(new SiloSubject(external: false));

    [Slow] public sealed class Cancel() : CancelTests(new SiloSubject(external: false));

    [Slow] public sealed class Redrive() : RedriveTests(new SiloSubject(external: false));

    [Slow] public sealed class Retention() : RetentionTests(new SiloSubject(external: false));

    [Slow] public sealed class Clock() : ClockTests(new SiloSubject(external: false));

    [Slow] public sealed class Purge() : PurgeTests(new SiloSubject(external: false));

    [Slow] public sealed class Lifecycle() : LifecycleTests(new SiloSubject(external: false));

    [Slow] public sealed class Idempotency() : IdempotencyTests(new SiloSubject(external: false));

    [Slow] public sealed class LongPolling() : LongPollingTests(new SiloSubject(external: false));

    [Slow] public sealed class Listing() : ListingTests(new SiloSubject(external: false));

    [Slow] public sealed class Stats() : StatsTests(new SiloSubject(external: false));

    [Slow] public sealed class Validation() : ValidationTests(new SiloSubject(external: false));

    [Slow] public sealed class ErrorCode() : ErrorCodeTests(new SiloSubject(external: false));

    [Slow] public sealed class Restart() : RestartTests(new SiloSubject(external: false));

    [Slow] public sealed class History() : HistoryTests(new SiloSubject(external: false));

    [Slow] public sealed class Search() : SearchTests(new SiloSubject(external: false));

    [Slow] public sealed class SearchHistory() : SearchHistoryTests(new SiloSubject(external: false));

    [Slow] public sealed class SearchStats() : SearchStatsTests(new SiloSubject(external: false));
}
