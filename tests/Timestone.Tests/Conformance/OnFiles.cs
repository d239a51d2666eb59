using Timestone.Tests.Conformance.Subjects;

namespace Timestone.Tests.Conformance;

/// <summary>The suite in this process, on the journal of files.</summary>
public static class OnFiles
{
    public sealed class Queue() : QueueTests(new FileSubject());

    public sealed class ExplicitQueue() : ExplicitQueueTests(new FileSubject());

    public sealed class Enqueue() : EnqueueTests(new FileSubject());

    public sealed class PayloadRoundTrip() : PayloadRoundTripTests(new FileSubject());

    public sealed class Dequeue() : DequeueTests(new FileSubject());

    public sealed class Ordering() : OrderingTests(new FileSubject());

    public sealed class Exclusivity() : ExclusivityTests(new FileSubject());

    public sealed class Filter() : FilterTests(new FileSubject());

    public sealed class Settle() : SettleTests(new FileSubject());

    public sealed class Lease() : LeaseTests(new FileSubject());

    public sealed class LeaseWatch() : LeaseWatchTests(new FileSubject());

    public sealed class Backoff() : BackoffTests(new FileSubject());

    public sealed class Cancel() : CancelTests(new FileSubject());

    public sealed class Redrive() : RedriveTests(new FileSubject());

    public sealed class Retention() : RetentionTests(new FileSubject());

    public sealed class Clock() : ClockTests(new FileSubject());

    public sealed class Purge() : PurgeTests(new FileSubject());

    public sealed class Lifecycle() : LifecycleTests(new FileSubject());

    public sealed class Idempotency() : IdempotencyTests(new FileSubject());

    public sealed class LongPolling() : LongPollingTests(new FileSubject());

    public sealed class Listing() : ListingTests(new FileSubject());

    public sealed class Stats() : StatsTests(new FileSubject());

    public sealed class Validation() : ValidationTests(new FileSubject());

    public sealed class ErrorCode() : ErrorCodeTests(new FileSubject());

    public sealed class Restart() : RestartTests(new FileSubject());

    public sealed class History() : HistoryTests(new FileSubject());

    public sealed class Search() : SearchTests(new FileSubject());

    public sealed class SearchHistory() : SearchHistoryTests(new FileSubject());

    public sealed class SearchStats() : SearchStatsTests(new FileSubject());
}
