using Shouldly;
using Timestone.Engine;
using Timestone.Tests.Journal;
using Xunit;

namespace Timestone.Tests.Engine;

/// <summary>How long a message waits for its next attempt, and when it gets none.</summary>
public sealed class RetryTests
{
    private static readonly Backoff Doubling = new()
    {
        Kind = BackoffKind.Exponential,
        Initial = TimeSpan.FromMilliseconds(100),
        Max = TimeSpan.FromMilliseconds(1000),
    };

    [Theory]
    [InlineData(1, 100)]
    [InlineData(2, 200)]
    [InlineData(4, 800)]
    [InlineData(5, 1000)]
    [InlineData(1000, 1000)]
    public void A_wait_doubles_to_its_maximum_and_jitter_takes_a_quarter_of_it_at_most(int attempt, long longest)
    {
        var waits = Enumerable.Range(0, 200).Select(i => Retry.DelayMs(Doubling, $"m{i}", attempt)).ToList();
        waits.ShouldAllBe(wait => wait >= longest * 3 / 4 && wait <= longest);
        waits.Distinct().Count().ShouldBeGreaterThan(10);
    }

    [Fact]
    public void A_fixed_wait_has_no_jitter_and_none_is_none()
    {
        Retry.DelayMs(Doubling with { Kind = BackoffKind.Fixed }, "a", 7).ShouldBe(100);
        Retry.DelayMs(Doubling with { Kind = BackoffKind.None }, "a", 7).ShouldBe(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_longest_waits_stay_in_their_range(bool isLongFromTheFirst)
    {
        var backoff = new Backoff
        {
            Initial = isLongFromTheFirst ? Limits.MaxBackoff : TimeSpan.FromMilliseconds(1),
            Max = Limits.MaxBackoff,
        };
        for (var attempt = 1; attempt <= 1000; attempt++)
            Retry.DelayMs(backoff, "a", attempt).ShouldBeInRange(1, (long)backoff.Max.TotalMilliseconds, $"attempt {attempt}");
    }

    [Fact]
    public void The_last_attempt_and_a_permanent_failure_end_a_message_and_a_release_costs_no_attempt()
    {
        var settings = new QueueSettings { MaxAttempts = 2, Backoff = Doubling with { Kind = BackoffKind.None } };
        var engine = new QueueEngine(TestRows.Queue("q") with { Settings = settings }, 1, []);
        engine.Begin(TestRows.Now, new ChangeBatch());
        engine.Enqueue([new NewMessage { Id = "a" }]);
        Ended(static (id, token) => Settlement.Release(id, token)).ShouldBe((MessageState.Pending, 0));
        Ended(static (id, token) => Settlement.Fail(id, token)).ShouldBe((MessageState.Pending, 1));
        Ended(static (id, token) => Settlement.Fail(id, token)).ShouldBe((MessageState.Errored, 2));
        engine.Redrive("a");
        Ended(static (id, token) => Settlement.Fail(id, token, permanent: true)).ShouldBe((MessageState.Errored, 1));

        (MessageState State, int Attempt) Ended(Func<string, string, Settlement> settle)
        {
            var held = engine.Dequeue(new DequeueRequest()).ShouldHaveSingleItem();
            engine.Settle([settle(held.Id, held.LeaseToken!)]);
            var message = engine.Get("a")!;
            return (message.State, message.Attempt);
        }
    }
}
