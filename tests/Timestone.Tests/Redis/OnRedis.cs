using Timestone.Tests.Conformance;
using Timestone.Tests.Support;

namespace Timestone.Tests.Redis;

/// <summary>The suite in this process, on Redis.</summary>
public static class OnRedis
{
    [Slow] public sealed class Queue() : QueueTests(new RedisSubject());

    [Slow] public sealed class ExplicitQueue() : ExplicitQueueTests(new RedisSubject());

    [Slow] public sealed class Enqueue() : EnqueueTests(new RedisSubject());

    [Slow] public sealed class PayloadRoundTrip() : PayloadRoundTripTests(new RedisSubject());

    [Slow] public sealed class Dequeue() : DequeueTests(new RedisSubject());

    [Slow] public sealed class Ordering() : OrderingTests(new RedisSubject());

    [Slow] public sealed class Exclusivity() : ExclusivityTests(new RedisSubject());

    [Slow] public sealed class Filter() : FilterTests(new RedisSubject());

    [Slow] public sealed class Settle() : SettleTests(new RedisSubject());

    [Slow] public sealed class Lease() : LeaseTests(new RedisSubject());

    [Slow] public sealed class LeaseWatch() : LeaseWatchTests(new RedisSubject());

    [Slow] public sealed class Backoff() : BackoffTests(new RedisSubject());

    [Slow] public sealed class Cancel() : CancelTests(new RedisSubject());

    [Slow] public sealed class Redrive() : RedriveTests(new RedisSubject());

    [Slow] public sealed class Retention() : RetentionTests(new RedisSubject());

    [Slow] public sealed class Clock() : ClockTests(new RedisSubject());

    [Slow] public sealed class Purge() : PurgeTests(new RedisSubject());

    [Slow] public sealed class Lifecycle() : LifecycleTests(new RedisSubject());

    [Slow] public sealed class Idempotency() : IdempotencyTests(new RedisSubject());

    [Slow] public sealed class LongPolling() : LongPollingTests(new RedisSubject());

    [Slow] public sealed class Listing() : ListingTests(new RedisSubject());

    [Slow] public sealed class Stats() : StatsTests(new RedisSubject());

    [Slow] public sealed class Validation() : ValidationTests(new RedisSubject());

    [Slow] public sealed class ErrorCode() : ErrorCodeTests(new RedisSubject());

    [Slow] public sealed class Restart() : RestartTests(new RedisSubject());

    [Slow] public sealed class History() : HistoryTests(new RedisSubject());
}
