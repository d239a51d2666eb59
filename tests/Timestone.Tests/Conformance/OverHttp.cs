using Timestone.Tests.Conformance.Subjects;

namespace Timestone.Tests.Conformance;

/// <summary>The suite through the client and a listening server.</summary>
public static class OverHttp
{
    public sealed class Queue() : QueueTests(new HttpSubject());

    public sealed class ExplicitQueue() : ExplicitQueueTests(new HttpSubject());

    public sealed class Enqueue() : EnqueueTests(new HttpSubject());

    public sealed class PayloadRoundTrip() : PayloadRoundTripTests(new HttpSubject());

    public sealed class Dequeue() : DequeueTests(new HttpSubject());

    public sealed class Ordering() : OrderingTests(new HttpSubject());

    public sealed class Exclusivity() : ExclusivityTests(new HttpSubject());

    public sealed class Filter() : FilterTests(new HttpSubject());

    public sealed class Settle() : SettleTests(new HttpSubject());

    public sealed class Lease() : LeaseTests(new HttpSubject());

    public sealed class Backoff() : BackoffTests(new HttpSubject());

    public sealed class Cancel() : CancelTests(new HttpSubject());

    public sealed class Redrive() : RedriveTests(new HttpSubject());

    public sealed class Retention() : RetentionTests(new HttpSubject());

    public sealed class Clock() : ClockTests(new HttpSubject());

    public sealed class Purge() : PurgeTests(new HttpSubject());

    public sealed class Lifecycle() : LifecycleTests(new HttpSubject());

    public sealed class Idempotency() : IdempotencyTests(new HttpSubject());

    public sealed class LongPolling() : LongPollingTests(new HttpSubject());

    public sealed class Listing() : ListingTests(new HttpSubject());

    public sealed class Stats() : StatsTests(new HttpSubject());

    public sealed class Validation() : ValidationTests(new HttpSubject());

    public sealed class ErrorCode() : ErrorCodeTests(new HttpSubject());

    public sealed class Restart() : RestartTests(new HttpSubject());

    public sealed class History() : HistoryTests(new HttpSubject());

    public sealed class Search() : SearchTests(new HttpSubject());

    public sealed class SearchHistory() : SearchHistoryTests(new HttpSubject());

    public sealed class SearchStats() : SearchStatsTests(new HttpSubject());
}
