using Timestone.Tests.Conformance.Subjects;

namespace Timestone.Tests.Conformance;

/// <summary>The suite in this process, on the journal in memory.</summary>
public static class OnMemory
{
    public sealed class Queue() : QueueTests(new MemorySubject());

    public sealed class ExplicitQueue() : ExplicitQueueTests(new MemorySubject());

    public sealed class Enqueue() : EnqueueTests(new MemorySubject());

    public sealed class PayloadRoundTrip() : PayloadRoundTripTests(new MemorySubject());

    public sealed class Dequeue() : DequeueTests(new MemorySubject());

    public sealed class Ordering() : OrderingTests(new MemorySubject());

    public sealed class Exclusivity() : ExclusivityTests(new MemorySubject());

    public sealed class Filter() : FilterTests(new MemorySubject());

    public sealed class Settle() : SettleTests(new MemorySubject());

    public sealed class Lease() : LeaseTests(new MemorySubject());

    public sealed class LeaseWatch() : LeaseWatchTests(new MemorySubject());

    public sealed class Backoff() : BackoffTests(new MemorySubject());

    public sealed class Cancel() : CancelTests(new MemorySubject());

    public sealed class Redrive() : RedriveTests(new MemorySubject());

    public sealed class Retention() : RetentionTests(new MemorySubject());

    public sealed class Clock() : ClockTests(new MemorySubject());

    public sealed class Purge() : PurgeTests(new MemorySubject());

    public sealed class Lifecycle() : LifecycleTests(new MemorySubject());

    public sealed class Idempotency() : IdempotencyTests(new MemorySubject());

    public sealed class LongPolling() : LongPollingTests(new MemorySubject());

    public sealed class Listing() : ListingTests(new MemorySubject());

    public sealed class Stats() : StatsTests(new MemorySubject());

    public sealed class Validation() : ValidationTests(new MemorySubject());

    public sealed class ErrorCode() : ErrorCodeTests(new MemorySubject());

    public sealed class Restart() : RestartTests(new MemorySubject());

    public sealed class History() : HistoryTests(new MemorySubject());

    public sealed class Search() : SearchTests(new MemorySubject());

    public sealed class SearchHistory() : SearchHistoryTests(new MemorySubject());

    public sealed class SearchStats() : SearchStatsTests(new MemorySubject());
}
