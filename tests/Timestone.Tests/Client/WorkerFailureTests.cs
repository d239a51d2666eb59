using Shouldly;
using Timestone.Tests.Client.Support;
using Xunit;

namespace Timestone.Tests.Client;

/// <summary>What a worker does while the service is away.</summary>
public sealed class WorkerFailureTests : WorkerTest
{
    // The longest pause between two failures.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task A_settlement_that_was_not_answered_is_sent_again()
    {
        using var counted = new OutcomeCounter(Queue);
        await StartAsync();
        (await RunAsync("a")).Return();
        (await Service.DequeueAsync()).Refuse(ErrorCode.Unavailable);
        await PauseAsync();

        var again = await Service.DequeueAsync();
        again.Request.Settle.ShouldBe([Settlement.Complete("a", "token of a")]);
        again.Answer(new DequeueResult { Settled = ScriptedTimestone.Fine(1) });
        (await counted.NextAsync()).ShouldBe("completed");
    }

    [Fact]
    public async Task A_settlement_that_was_answered_as_unavailable_is_sent_again()
    {
        await StartAsync();
        (await RunAsync("a")).Return();
        (await Service.DequeueAsync()).Answer(new DequeueResult { Settled = ScriptedTimestone.Refused(ErrorCode.Unavailable) });
        (await SettlementAsync()).Id.ShouldBe("a");
    }

    [Fact]
    public async Task A_settlement_is_given_up_when_its_lease_can_no_longer_be_trusted()
    {
        using var counted = new OutcomeCounter(Queue);
        await StartAsync();
        (await RunAsync("a")).Return();
        var dequeue = await Service.DequeueAsync();
        Clock.Advance(Seconds(29));
        dequeue.Refuse(ErrorCode.Unavailable);
        await PauseAsync();

        (await counted.NextAsync()).ShouldBe("lost");
        (await Service.DequeueAsync()).Request.Settle.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_settlement_beside_a_poll_is_sent_again_too()
    {
        await StartAsync(concurrency: 2);
        var run = await RunAsync("a");
        await Service.DequeueAsync();
        run.Return();
        (await Service.SettleAsync()).Refuse(ErrorCode.Unavailable);
        await PauseAsync();
        (await Service.SettleAsync()).Request.ShouldBe([Settlement.Complete("a", "token of a")]);
    }

    [Fact]
    public async Task Messages_of_a_queue_that_is_gone_are_not_settled_again()
    {
        using var counted = new OutcomeCounter(Queue);
        await StartAsync();
        (await RunAsync("a")).Return();
        (await Service.DequeueAsync()).Refuse(ErrorCode.QueueNotFound);
        (await counted.NextAsync()).ShouldBe("lost");
        await PauseAsync();
        (await Service.DequeueAsync()).Request.Settle.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_dequeue_that_was_not_answered_keeps_its_id()
    {
        await StartAsync();
        var first = await Service.DequeueAsync();
        first.Refuse(ErrorCode.Unavailable);
        await PauseAsync();
        var second = await Service.DequeueAsync();
        second.Request.RequestId.ShouldBe(first.Request.RequestId);

        second.Answer(new DequeueResult());
        (await Service.DequeueAsync()).Request.RequestId.ShouldNotBe(first.Request.RequestId);
    }

    [Fact]
    public async Task What_a_repeated_dequeue_brings_is_trusted_from_its_first_try()
    {
        await StartAsync();
        (await Service.DequeueAsync()).Refuse(ErrorCode.Unavailable);
        await Clock.TimerAsync(_ => true);
        Clock.Advance(Seconds(9));
        (await Service.DequeueAsync()).Answer(Service.Leases(Seconds(10), "a"));

        // Nine seconds of ten, less the margin, are over: it has to be extended first.
        (await Service.ExtendAsync()).Answer(ScriptedTimestone.Fine(1));
        await RunOfAsync("a");
    }

    [Fact]
    public async Task A_queue_that_does_not_exist_yet_is_asked_for_again()
    {
        await StartAsync();
        for (var i = 0; i < 8; i++)
        {
            (await Service.DequeueAsync()).Refuse(ErrorCode.QueueNotFound);
            await PauseAsync();
        }

        await RunAsync("a");
    }

    private async Task PauseAsync()
    {
        await Clock.TimerAsync(due => due <= LongestPause);
        Clock.Advance(LongestPause);
    }
}
