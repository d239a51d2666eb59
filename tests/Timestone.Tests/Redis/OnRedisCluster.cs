using Timestone.Tests.Conformance;
using Timestone.Tests.Support;

namespace Timestone.Tests.Redis;

/// <summary>The suite in this process, on a Redis Cluster of three masters.</summary>
public static class OnRedisCluster
{
    [Slow] public sealed class Queue() : QueueTests(new RedisClusterSubject());

    [Slow] public sealed class ExplicitQueue() : ExplicitQueueTests(new RedisClusterSubject());

    [Slow] public sealed class Enqueue() : EnqueueTests(new RedisClusterSubject());

    [Slow] public sealed class PayloadRoundTrip() : PayloadRoundTripTests(new RedisClusterSubject());

    [Slow] public sealed class Dequeue() : DequeueTests(new RedisClusterSubject());

    [Slow] public sealed class Ordering() : OrderingTests(new RedisClusterSubject());

    [Slow] public sealed class Exclusivity() : ExclusivityTests(new RedisClusterSubject());

    [Slow] public sealed class Filter() : FilterTests(new RedisClusterSubject());

    [Slow] public sealed class Settle() : SettleTests(new RedisClusterSubject());

    [Slow] public sealed class Lease() : LeaseTests(new RedisClusterSubject());

    [Slow] public sealed class LeaseWatch() : LeaseWatchTests(new RedisClusterSubject());

    [Slow] public sealed class Backoff() : BackoffTests(new RedisClusterSubject());

    [Slow] public sealed class Cancel() : CancelTests(new RedisClusterSubject());

    [Slow] public sealed class Redrive() : RedriveTests(new RedisClusterSubject());

    [Slow] public sealed class Retention() : RetentionTests(new RedisClusterSubject());

    [Slow] public sealed class Clock() : ClockTests(new RedisClusterSubject());

    [Slow] public sealed class Purge() : PurgeTests(new RedisClusterSubject());

    [Slow] public sealed class Lifecycle() : LifecycleTests(new RedisClusterSubject());

    [Slow] public sealed class Idempotency() : IdempotencyTests(new RedisClusterSubject());

    [Slow] public sealed class LongPolling() : LongPollingTests(new RedisClusterSubject());

    [Slow] public sealed class Listing() : ListingTests(new RedisClusterSubject());

    [Slow] public sealed class Stats() : StatsTests(new RedisClusterSubject());

    [Slow] public sealed class Validation() : ValidationTests(new RedisClusterSubject());

    [Slow] public sealed class ErrorCode() : ErrorCodeTests(new RedisClusterSubject());

    [Slow] public sealed class Restart() : RestartTests(new RedisClusterSubject());

    [Slow] public sealed class History() : HistoryTests(new RedisClusterSubject());
}
