using Timestone.Tests.Conformance.Subjects;

namespace Timestone.Tests.Conformance;

/// <summary>The suite on the naive reference: what fails here is wrong in the suite.</summary>
public static class OnReference
{
    public sealed class Queue() : QueueTests(new ReferenceSubject());

    public sealed class ExplicitQueue() : ExplicitQueueTests(new ReferenceSubject());

    public sealed class Enqueue() : EnqueueTests(new ReferenceSubject());

    public sealed class PayloadRoundTrip() : PayloadRoundTripTests(new ReferenceSubject());

    public sealed class Dequeue() : DequeueTests(new ReferenceSubject());

    public sealed class Ordering() : OrderingTests(new ReferenceSubject());

    public sealed class Exclusivity() : ExclusivityTests(new ReferenceSubject());

    public sealed class Filter() : FilterTests(new ReferenceSubject());

    public sealed class Settle() : SettleTests(new ReferenceSubject());

    public sealed class Lease() : LeaseTests(new ReferenceSubject());

    public sealed class LeaseWatch() : LeaseWatchTests(new ReferenceSubject());

    public sealed class Backoff() : BackoffTests(new ReferenceSubject());

    public sealed class Cancel() : CancelTests(new ReferenceSubject());

    public sealed class Redrive() : RedriveTests(new ReferenceSubject());

    public sealed class Retention() : RetentionTests(new ReferenceSubject());

    public sealed class Clock() : ClockTests(new ReferenceSubject());

    public sealed class Purge() : PurgeTests(new ReferenceSubject());

    public sealed class Lifecycle() : LifecycleTests(new ReferenceSubject());

    public sealed class Idempotency() : IdempotencyTests(new ReferenceSubject());

    public sealed class LongPolling() : LongPollingTests(new ReferenceSubject());

    public sealed class Listing() : ListingTests(new ReferenceSubject());

    public sealed class Stats() : StatsTests(new ReferenceSubject());

    public sealed class Validation() : ValidationTests(new ReferenceSubject());

    public sealed class ErrorCode() : ErrorCodeTests(new ReferenceSubject());

    public sealed class Restart() : RestartTests(new ReferenceSubject());

    public sealed class History() : HistoryTests(new ReferenceSubject());

    public sealed class Search() : SearchTests(new ReferenceSubject());

    public sealed class SearchHistory() : SearchHistoryTests(new ReferenceSubject());

    public sealed class SearchStats() : SearchStatsTests(new ReferenceSubject());
}
