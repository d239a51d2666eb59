using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

public abstract class BackoffTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    [Fact]
    public async Task Without_backoff_a_failed_message_is_pending_at_once()
    {
        (
            await Waits(
                new Backoff
                {
                    Kind = BackoffKind.None,
                    Initial = Seconds(9),
                    Max = Seconds(9),
                },
                attempts: 3
            )
        ).ShouldAllBe(wait => wait == TimeSpan.Zero);
    }

    [Fact]
    public async Task A_fixed_backoff_is_always_the_same()
    {
        (
            await Waits(
                new Backoff
                {
                    Kind = BackoffKind.Fixed,
                    Initial = Seconds(1.5),
                    Max = Seconds(100),
                },
                attempts: 4
            )
        ).ShouldAllBe(wait => wait == Seconds(1.5));
    }

    [Fact]
    public async Task An_exponential_backoff_doubles_up_to_its_longest_less_a_quarter_at_most()
    {
        var waits = await Waits(new Backoff { Kind = BackoffKind.Exponential, Initial = Seconds(8), Max = Seconds(100) }, attempts: 7);
        foreach (var (wait, whole) in waits.Zip([8, 16, 32, 64, 100, 100, 100]))
            wait.TotalSeconds.ShouldBeInRange(whole * 0.75, whole);
    }

    [Fact]
    public async Task Jitter_keeps_messages_that_failed_together_from_coming_back_together()
    {
        await Queue(Plain with { Backoff = new Backoff { Initial = Seconds(100), Max = Seconds(1000) } });
        await EnqueueAll([.. Enumerable.Range(0, 50).Select(i => $"m{i}")]);
        foreach (var taken in await TakeMany(50))
            await Fail(taken);
        var page = await Service.ListMessagesAsync(Q, MessageState.Invisible);
        page.Messages.Select(message => message.VisibleAt).Distinct().Count().ShouldBeGreaterThan(25);
    }

    [Fact]
    public async Task The_many_attempts_there_can_be_do_not_overflow()
    {
        var waits = await Waits(
            new Backoff
            {
                Kind = BackoffKind.Exponential,
                Initial = Limits.MaxBackoff / 2,
                Max = Limits.MaxBackoff,
            },
            attempts: 70
        );
        waits.Skip(1).ShouldAllBe(wait => wait >= Limits.MaxBackoff * 0.75 && wait <= Limits.MaxBackoff);
    }

    [Fact]
    public async Task An_expired_lease_backs_off_too()
    {
        await Queue(Plain with { Backoff = new Backoff { Kind = BackoffKind.Fixed, Initial = Seconds(10), Max = Seconds(10) } });
        await Enqueue("a");
        await Take();
        Advance(30);
        var message = await Get("a");
        (message.State, message.VisibleAt).ShouldBe((MessageState.Invisible, Now + Seconds(10)));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("welcome-17")]
    [InlineData("01jdq5w3n8")]
    public async Task By_default_a_message_that_always_fails_rides_out_an_hour(string id)
    {
        await Queue(new QueueSettings());
        await Enqueue(id);
        var start = Now;
        var attempts = 0;
        while ((await Get(id)).State != MessageState.Errored)
        {
            await Fail(await Take());
            attempts++;
            if ((await Get(id)).VisibleAt is { } visibleAt)
                Subject.Clock.Advance(visibleAt - Now);
        }

        attempts.ShouldBe(16);
        (Now - start).ShouldBeInRange(TimeSpan.FromMinutes(57.7), TimeSpan.FromMinutes(77.1));
    }

    // How long a message stays invisible after each of its failures.
    private async Task<List<TimeSpan>> Waits(Backoff backoff, int attempts)
    {
        await Queue(Plain with { Backoff = backoff, MaxAttempts = attempts + 1 });
        await Enqueue("a");
        var waits = new List<TimeSpan>();
        for (var i = 0; i < attempts; i++)
        {
            var state = (await Fail(await Take())).State;
            var wait = (await Get("a")).VisibleAt - Now ?? TimeSpan.Zero;
            state.ShouldBe(wait > TimeSpan.Zero ? MessageState.Invisible : MessageState.Pending);
            waits.Add(wait);
            Subject.Clock.Advance(wait);
        }

        return waits;
    }
}
