using Timestone.Client;
using Timestone.Tests.Conformance.Subjects;
using Timestone.Tests.Support;

namespace Timestone.Tests.Conformance;

/// <summary>The suite through the client and a listening server, over gRPC.</summary>
public static class OverGrpc
{
    [Slow] public sealed class Queue() : QueueTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class ExplicitQueue() : ExplicitQueueTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class Enqueue() : EnqueueTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class PayloadRoundTrip() : PayloadRoundTripTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class Dequeue() : DequeueTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class Ordering() : OrderingTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class Exclusivity() : ExclusivityTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class Filter() : FilterTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class Settle() : SettleTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class Lease() : LeaseTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class LeaseWatch() : LeaseWatchTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class Backoff() : BackoffTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class Cancel() : CancelTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class Redrive() : RedriveTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class Retention() : RetentionTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class Clock() : ClockTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class Purge() : PurgeTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class Lifecycle() : LifecycleTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class Idempotency() : IdempotencyTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class LongPolling() : LongPollingTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class Listing() : ListingTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class Stats() : StatsTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class Validation() : ValidationTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class ErrorCode() : ErrorCodeTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class Restart() : RestartTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class History() : HistoryTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class Search() : SearchTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class SearchHistory() : SearchHistoryTests(new ServerSubject(TimestoneProtocol.Grpc));

    [Slow] public sealed class SearchStats() : SearchStatsTests(new ServerSubject(TimestoneProtocol.Grpc));
}
