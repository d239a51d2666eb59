using Timestone.Tests.Conformance;
using Timestone.Tests.Support;

namespace Timestone.Tests.Redis;

/// <summary>The suite in this process, on Garnet.</summary>
public static class OnGarnet
{
    [Slow] public sealed class Queue() : QueueTests(new RedisSubject(GarnetDatabases.New()));

    [Slow] public sealed class ExplicitQueue() : ExplicitQueueTests(new RedisSubject(GarnetDatabases.New()));

    [Slow] public sealed class Enqueue() : EnqueueTests(new RedisSubject(GarnetDatabases.New()));

    [Slow] public sealed class PayloadRoundTrip() : PayloadRoundTripTests(new RedisSubject(GarnetDatabases.New()));

    [Slow] public sealed class Dequeue() : DequeueTests(new RedisSubject(GarnetDatabases.New()));

    [Slow] public sealed class Ordering() : OrderingTests(new RedisSubject(GarnetDatabases.New()));

    [Slow] public sealed class Exclusivity() : ExclusivityTests(new RedisSubject(GarnetDatabases.New()));

    [Slow] public sealed class Filter() : FilterTests(new RedisSubject(GarnetDatabases.New()));

    [Slow] public sealed class Settle() : SettleTests(new RedisSubject(GarnetDatabases.New()));

    [Slow] public sealed class Lease() : LeaseTests(new RedisSubject(GarnetDatabases.New()));

    [Slow] public sealed class LeaseWatch() : LeaseWatchTests(new RedisSubject(GarnetDatabases.New()));

    [Slow] public sealed class Backoff() : BackoffTests(new RedisSubject(GarnetDatabases.New()));

    [Slow] public sealed class Cancel() : CancelTests(new RedisSubject(GarnetDatabases.New()));

    [Slow] public sealed class Redrive() : RedriveTests(new RedisSubject(GarnetDatabases.New()));

    [Slow] public sealed class Retention() : RetentionTests(new RedisSubject(GarnetDatabases.New()));

    [Slow] public sealed class Clock() : ClockTests(new RedisSubject(GarnetDatabases.New()));

    [Slow] public sealed class Purge() : PurgeTests(new RedisSubject(GarnetDatabases.New()));

    [Slow] public sealed class Lifecycle() : LifecycleTests(new RedisSubject(GarnetDatabases.New()));

    [Slow] public sealed class Idempotency() : IdempotencyTests(new RedisSubject(GarnetDatabases.New()));

    [Slow] public sealed class LongPolling() : LongPollingTests(new RedisSubject(GarnetDatabases.New()));

    [Slow] public sealed class Listing() : ListingTests(new RedisSubject(GarnetDatabases.New()));

    [Slow] public sealed class Stats() : StatsTests(new RedisSubject(GarnetDatabases.New()));

    [Slow] public sealed class Validation() : ValidationTests(new RedisSubject(GarnetDatabases.New()));

    [Slow] public sealed class ErrorCode() : ErrorCodeTests(new RedisSubject(GarnetDatabases.New()));

    [Slow] public sealed class Restart() : RestartTests(new RedisSubject(GarnetDatabases.New()));

    [Slow] public sealed class History() : HistoryTests(new RedisSubject(GarnetDatabases.New()));
}
