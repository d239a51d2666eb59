using Timestone.Tests.Conformance;

namespace Timestone.Tests.Redis;

/// <summary>The suite in this process, on Redis.</summary>
public static class OnRedis
{
    public sealed class Queue() : QueueTests(new RedisSubject());

    public sealed class ExplicitQueue() : ExplicitQueueTests(new RedisSubject());

    public sealed class Enqueue() : EnqueueTests(new RedisSubject());

    public sealed class PayloadRoundTrip() : PayloadRoundTripTests(new RedisSubject());

    public sealed class Dequeue() : DequeueTests(new RedisSubject());

    public sealed class Ordering() : OrderingTests(new RedisSubject());

    public sealed class Exclusivity() : ExclusivityTests(new RedisSubject());

    public sealed class Filter() : FilterTests(new RedisSubject());

    public sealed class Settle() : SettleTests(new RedisSubject());

    public sealed class Lease() : LeaseTests(new RedisSubject());

    public sealed class Backoff() : BackoffTests(new RedisSubject());

    public sealed class Cancel() : CancelTests(new RedisSubject());

    public sealed class Redrive() : RedriveTests(new RedisSubject());

    public sealed class Retention() : RetentionTests(new RedisSubject());

    public sealed class Clock() : ClockTests(new RedisSubject());

    public sealed class Purge() : PurgeTests(new RedisSubject());

    public sealed class Lifecycle() : LifecycleTests(new RedisSubject());

    public sealed class Idempotency() : IdempotencyTests(new RedisSubject());

    public sealed class LongPolling() : LongPollingTests(new RedisSubject());

    public sealed class Listing() : ListingTests(new RedisSubject());

    public sealed class Stats() : StatsTests(new RedisSubject());

    public sealed class Validation() : ValidationTests(new RedisSubject());

    public sealed class ErrorCode() : ErrorCodeTests(new RedisSubject());

    public sealed class Restart() : RestartTests(new RedisSubject());

    public sealed class History() : HistoryTests(new RedisSubject());
}
