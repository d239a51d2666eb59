using Microsoft.Extensions.Logging;
using Shouldly;
using Timestone.Tests.Client.Support;
using Xunit;

namespace Timestone.Tests.Client;

/// <summary>What a handler can decide of its message besides completing it.</summary>
public sealed class HandlerDecisionTests : WorkerTest
{
    [Fact]
    public async Task A_handler_can_ask_for_another_attempt_in_a_given_time()
    {
        using var counted = new OutcomeCounter(Queue);
        await StartAsync();
        var run = await RunAsync("a");
        run.Context.RetryIn(Seconds(90), "The mail server is busy.");
        run.Return();

        var dequeue = await Service.DequeueAsync();
        dequeue.Request.Settle.ShouldBe([Settlement.Fail("a", "token of a", "The mail server is busy.", invisible: Seconds(90))]);
        dequeue.Answer(new DequeueResult { Settled = ScriptedTimestone.Fine(1) });
        (await counted.NextAsync()).ShouldBe("failed");
        Log.Lines.ShouldContain((
            LogLevel.Information,
            $"Attempt 1 of message a of queue {Queue} failed; its handler asks for another in 00:01:30: The mail server is busy."
        ));
    }

    [Fact]
    public async Task A_handler_can_give_its_message_back_at_once_or_for_later()
    {
        await StartAsync();
        var run = await RunAsync("a");
        run.Context.Release();
        run.Return();
        var dequeue = await Service.DequeueAsync();
        dequeue.Request.Settle.ShouldBe([Settlement.Release("a", "token of a")]);

        dequeue.Answer(Service.Leases("b") with { Settled = ScriptedTimestone.Fine(1) });
        run = await RunOfAsync("b");
        run.Context.Release(Seconds(5));
        run.Return();
        (await SettlementAsync()).ShouldBe(Settlement.Release("b", "token of b", Seconds(5)));
    }

    [Fact]
    public async Task A_handler_can_fail_its_message_for_good()
    {
        await StartAsync();
        var run = await RunAsync("a");
        run.Context.Fail("no such customer");
        run.Return();
        (await SettlementAsync()).ShouldBe(Settlement.Fail("a", "token of a", "no such customer", permanent: true));
        Log.Lines.ShouldContain((LogLevel.Warning, $"Attempt 1 of message a of queue {Queue} failed for good: no such customer"));
    }

    [Fact]
    public async Task The_last_decision_counts()
    {
        await StartAsync();
        var run = await RunAsync("a");
        run.Context.Result = Payload.FromText("sent");
        run.Context.Fail("no such customer");
        run.Context.Release();
        run.Return();
        (await SettlementAsync()).ShouldBe(Settlement.Release("a", "token of a"));
    }

    [Fact]
    public async Task An_exception_outweighs_a_decision()
    {
        await StartAsync();
        var run = await RunAsync("a");
        run.Context.Release();
        run.Throw(new InvalidOperationException("no paper"));
        (await SettlementAsync()).ShouldBe(Settlement.Fail("a", "token of a", "no paper"));
    }

    [Fact]
    public async Task A_delay_that_the_service_would_refuse_is_refused_to_the_handler()
    {
        await StartAsync();
        var context = (await RunAsync("a")).Context;
        Should.Throw<ArgumentOutOfRangeException>(() => context.RetryIn(Seconds(-1), "")).ParamName.ShouldBe("delay");
        Should.Throw<ArgumentOutOfRangeException>(() => context.Release(Limits.MaxInvisible + Seconds(1))).ParamName.ShouldBe("delay");
        context.RetryIn(Limits.MaxInvisible, "");
    }

    [Fact]
    public async Task The_reason_is_cut_to_what_the_service_takes()
    {
        await StartAsync();
        var run = await RunAsync("a");
        run.Context.RetryIn(Seconds(1), new string('x', Limits.MaxErrorLength + 1));
        run.Return();
        (await SettlementAsync()).Error!.Length.ShouldBe(Limits.MaxErrorLength);
    }
}
