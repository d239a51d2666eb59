using Timestone.Tests.Conformance.Subjects;
using Timestone.Tests.Support;

namespace Timestone.Tests.Conformance;

/// <summary>The suite through the client and a listening server.</summary>
public static class OverHttp
{
    [Slow] public sealed class Queue() : QueueTests(new HttpSubject());

    [Slow] public sealed class ExplicitQueue() : ExplicitQueueTests(new HttpSubject());

    [Slow] public sealed class Enqueue() : EnqueueTests(new HttpSubject());

    [Slow] public sealed class PayloadRoundTrip() : PayloadRoundTripTests(new HttpSubject());

    [Slow] public sealed class Dequeue() : DequeueTests(new HttpSubject());

    [Slow] public sealed class Ordering() : OrderingTests(new HttpSubject());

    [Slow] public sealed class Exclusivity() : ExclusivityTests(new HttpSubject());

    [Slow] public sealed class Filter() : FilterTests(new HttpSubject());

    [Slow] public sealed class Settle() : SettleTests(new HttpSubject());

    [Slow] public sealed class Lease() : LeaseTests(new HttpSubject());

    [Slow] public sealed class Backoff() : BackoffTests(new HttpSubject());

    [Slow] public sealed class Cancel() : CancelTests(new HttpSubject());

    [Slow] public sealed class Redrive() : RedriveTests(new HttpSubject());

    [Slow] public sealed class Retention() : RetentionTests(new HttpSubject());

    [Slow] public sealed class Clock() : ClockTests(new HttpSubject());

    [Slow] public sealed class Purge() : PurgeTests(new HttpSubject());

    [Slow] public sealed class Lifecycle() : LifecycleTests(new HttpSubject());

    [Slow] public sealed class Idempotency() : IdempotencyTests(new HttpSubject());

    [Slow] public sealed class LongPolling() : LongPollingTests(new HttpSubject());

    [Slow] public sealed class Listing() : ListingTests(new HttpSubject());

    [Slow] public sealed class Stats() : StatsTests(new HttpSubject());

    [Slow] public sealed class Validation() : ValidationTests(new HttpSubject());

    [Slow] public sealed class ErrorCode() : ErrorCodeTests(new HttpSubject());

    [Slow] public sealed class Restart() : RestartTests(new HttpSubject());

    [Slow] public sealed class History() : HistoryTests(new HttpSubject());

    [Slow] public sealed class Search() : SearchTests(new HttpSubject());

    [Slow] public sealed class SearchHistory() : SearchHistoryTests(new HttpSubject());

    [Slow] public sealed class SearchStats() : SearchStatsTests(new HttpSubject());
}
