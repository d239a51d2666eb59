using System.Numerics;
using Shouldly;
using Timestone.Engine;
using Xunit;

namespace Timestone.Tests.Engine;

/// <summary>Sums and products of times and counts, at the ends of their ranges.</summary>
public sealed class ExtremesTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Start = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly long LatestMs = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    [Fact]
    public void The_mean_of_many_dequeues_of_the_earliest_deadline_is_their_lateness()
    {
        var engine = new QueueEngine(new QueueRow("q", new QueueSettings(), 0), 1, []);
        engine.Begin(Start.ToUnixTimeMilliseconds(), new ChangeBatch());
        for (var batch = 0; batch < 160; batch++)
        {
            engine.Enqueue([
                .. Enumerable.Range(0, 1000).Select(item => new NewMessage { Id = $"{batch}-{item}", Deadline = DateTimeOffset.MinValue }),
            ]);
            engine.Dequeue(new DequeueRequest { Max = 1000 }).Count.ShouldBe(1000);
        }

        engine
            .Stats()
            .Lateness.ShouldBe(
                new Lateness
                {
                    Dequeued = 160_000,
                    Late = 160_000,
                    Mean = Start - DateTimeOffset.MinValue,
                    Max = Start - DateTimeOffset.MinValue,
                }
            );
    }

    [Fact]
    public void Any_deadlines_give_the_mean_that_exact_arithmetic_gives()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var window = new RateWindow();
        var (now, sum, late, most) = (random.NextInt64(LatestMs), BigInteger.Zero, 0, 0L);
        window.Open(now);
        for (var i = 0; i < 500_000; i++)
        {
            var deadline = random.Next(3) switch
            {
                0 => DateTimeOffset.MinValue.ToUnixTimeMilliseconds(),
                1 => LatestMs,
                _ => now - random.Next(-1000, 1000),
            };
            window.Dequeued(now, deadline);
            if (now <= deadline)
                continue;
            sum += now - deadline;
            late++;
            most = Math.Max(most, now - deadline);
        }

        var (_, lateness) = window.Read(now);
        lateness.ShouldBe(new Lateness
        {
            Dequeued = 500_000,
            Late = late,
            Mean = TimeSpan.FromMilliseconds((long)(sum / late)),
            Max = TimeSpan.FromMilliseconds(most),
        });
    }

    [Theory]
    [InlineData(QueueType.Simple)]
    [InlineData(QueueType.Exclusive)]
    public void A_queue_of_extremes_keeps_its_order_and_its_invariants(QueueType type)
    {
        long[] priorities = [long.MaxValue, 0, long.MinValue, long.MaxValue - 1, long.MinValue + 1, -1, 1];
        var settings = new QueueSettings
        {
            Type = type,
            ExclusivityKey = type == QueueType.Exclusive ? "k" : null,
            Retention = Limits.MaxRetention,
            Lease = Limits.MaxLease,
            Backoff = new Backoff { Initial = Limits.MaxBackoff, Max = Limits.MaxBackoff },
        };
        var engine = new QueueEngine(new QueueRow("q", settings, 0), 1, []);
        // Every duration from now on goes beyond the last time that can be said.
        engine.Begin(LatestMs - 1, new ChangeBatch());
        engine
            .Enqueue([
                .. priorities.Select(priority => new NewMessage
                {
                    Id = $"{priority}",
                    Priority = priority,
                    Metadata = Metadata.From([new("k", $"{priority}"), new("all", "1")]),
                }),
            ])
            .ShouldAllBe(static result => result.Error == null);
        engine
            .Enqueue([
                new NewMessage
                {
                    Id = "late",
                    VisibleAt = DateTimeOffset.MaxValue,
                    Metadata = Metadata.From([new("k", "l")]),
                },
            ])[0]
            .State.ShouldBe(MessageState.Invisible);
        engine.AssertInvariants();

        var taken = engine.Dequeue(new DequeueRequest { Max = 10, Filter = Metadata.From([new("all", "1")]), Lease = Limits.MaxLease });
        taken.Select(static message => message.Priority).ShouldBe(priorities.Order());
        taken.ShouldAllBe(static message => message.LeaseExpiresAt!.Value.ToUnixTimeMilliseconds() == LatestMs);
        var results = engine.Settle([
            Settlement.Complete(taken[0].Id, taken[0].LeaseToken!),
            Settlement.Fail(taken[1].Id, taken[1].LeaseToken!, "e"),
            Settlement.Release(taken[2].Id, taken[2].LeaseToken!, Limits.MaxInvisible),
        ]);
        results.Select(static result => result.State).ShouldBe([MessageState.Completed, MessageState.Invisible, MessageState.Invisible]);
        engine.List(null, null, 100).Messages.Count.ShouldBe(priorities.Length + 1);
        engine.AssertInvariants();
        engine.Begin(LatestMs, new ChangeBatch());
        while (!engine.Advance(1))
            engine.AssertInvariants();
        engine.Stats();
        engine.AssertInvariants();
    }
}
