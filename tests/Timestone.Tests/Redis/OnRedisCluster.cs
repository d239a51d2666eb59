using Timestone.Tests.Conformance;

namespace Timestone.Tests.Redis;

/// <summary>The suite in this process, on a Redis Cluster of three masters.</summary>
public static class OnRedisCluster
{
    public sealed class Queue() : QueueTests(new RedisClusterSubject());

    public sealed class ExplicitQueue() : ExplicitQueueTests(new RedisClusterSubject());

    public sealed class Enqueue() : EnqueueTests(new RedisClusterSubject());

    public sealed class PayloadRoundTrip() : PayloadRoundTripTests(new RedisClusterSubject());

    public sealed class Dequeue() : DequeueTests(new RedisClusterSubject());

    public sealed class Ordering() : OrderingTests(new RedisClusterSubject());

    public sealed class Exclusivity() : ExclusivityTests(new RedisClusterSubject());

    public sealed class Filter() : FilterTests(new RedisClusterSubject());

    public sealed class Settle() : SettleTests(new RedisClusterSubject());

    public sealed class Lease() : LeaseTests(new RedisClusterSubject());

    public sealed class Backoff() : BackoffTests(new RedisClusterSubject());

    public sealed class Cancel() : CancelTests(new RedisClusterSubject());

    public sealed class Redrive() : RedriveTests(new RedisClusterSubject());

    public sealed class Retention() : RetentionTests(new RedisClusterSubject());

    public sealed class Clock() : ClockTests(new RedisClusterSubject());

    public sealed class Purge() : PurgeTests(new RedisClusterSubject());

    public sealed class Lifecycle() : LifecycleTests(new RedisClusterSubject());

    public sealed class Idempotency() : IdempotencyTests(new RedisClusterSubject());

    public sealed class LongPolling() : LongPollingTests(new RedisClusterSubject());

    public sealed class Listing() : ListingTests(new RedisClusterSubject());

    public sealed class Stats() : StatsTests(new RedisClusterSubject());

    public sealed class Validation() : ValidationTests(new RedisClusterSubject());

    public sealed class ErrorCode() : ErrorCodeTests(new RedisClusterSubject());

    public sealed class Restart() : RestartTests(new RedisClusterSubject());

    public sealed class History() : HistoryTests(new RedisClusterSubject());
}
