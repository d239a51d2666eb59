using Microsoft.Extensions.Logging;
using Shouldly;
using Timestone.Client;
using Timestone.Tests.Client.Support;
using Xunit;

namespace Timestone.Tests.Client;

/// <summary>How a worker exchanges ended work for new messages.</summary>
public sealed class WorkerLoopTests : WorkerTest
{
    [Fact]
    public async Task A_worker_asks_for_what_its_options_say()
    {
        var filter = Metadata.Of("kind", "mail");
        await StartAsync(concurrency: 3, prefetch: 2, options =>
        {
            options.Wait = Seconds(7);
            options.Lease = Seconds(60);
            options.Filter = filter;
            options.WorkerName = "worker";
        });

        var request = (await Service.DequeueAsync()).Request;
        request.ShouldBe(
            new DequeueRequest
            {
                Max = 5,
                Wait = Seconds(7),
                Lease = Seconds(60),
                Filter = filter,
                Worker = "worker",
                RequestId = request.RequestId,
                Settle = request.Settle,
            }
        );
        request.Settle.ShouldBeEmpty();
        request.RequestId.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_message_costs_one_request()
    {
        await StartAsync();
        var first = await RunAsync("a");
        first.Context.Result = Payload.FromText("done");
        first.Return();

        var dequeue = await Service.DequeueAsync();
        dequeue.Request.Settle.ShouldBe([Settlement.Complete("a", "token of a", Payload.FromText("done"))]);
        dequeue.Request.Wait.ShouldBe(TimeSpan.Zero);
        dequeue.Request.Max.ShouldBe(1);
        dequeue.Answer(Service.Leases("b") with { Settled = ScriptedTimestone.Fine(1) });

        await RunOfAsync("b");
        Service.SettlesNotSeen.ShouldBe(0);
    }

    [Fact]
    public async Task At_an_empty_queue_it_waits()
    {
        await StartAsync();
        (await RunAsync("a")).Return();
        (await Service.DequeueAsync()).Answer(new DequeueResult { Settled = ScriptedTimestone.Fine(1) });

        var poll = (await Service.DequeueAsync()).Request;
        poll.Settle.ShouldBeEmpty();
        poll.Wait.ShouldBe(Seconds(20));
    }

    [Fact]
    public async Task What_ends_while_a_poll_waits_is_settled_at_once()
    {
        await StartAsync(concurrency: 2);
        var run = await RunAsync("a");
        var poll = await Service.DequeueAsync();
        poll.Request.Wait.ShouldBe(Seconds(20));
        poll.Request.Max.ShouldBe(1);

        run.Return();
        var settle = await Service.SettleAsync();
        settle.Request.ShouldBe([Settlement.Complete("a", "token of a")]);
        settle.Answer(ScriptedTimestone.Fine(1));
        poll.Answer(Service.Leases("b"));
        await RunOfAsync("b");
    }

    [Fact]
    public async Task What_ends_while_a_request_is_under_way_rides_on_the_next()
    {
        await StartAsync(concurrency: 3);
        (await Service.DequeueAsync()).Answer(Service.Leases("a", "b", "c"));
        var runs = new[] { await Handler.RunAsync(), await Handler.RunAsync(), await Handler.RunAsync() }.ToDictionary(run => run.Id);
        runs["a"].Return();
        var first = await Service.DequeueAsync();
        first.Request.Max.ShouldBe(1);

        runs["b"].Return();
        first.Answer(Service.Leases("d") with { Settled = ScriptedTimestone.Fine(1) });
        var second = await Service.DequeueAsync();
        second.Request.Settle.ShouldBe([Settlement.Complete("b", "token of b")]);
        second.Request.RequestId.ShouldNotBe(first.Request.RequestId);
    }

    [Fact]
    public async Task No_more_run_at_once_than_was_said_and_the_others_wait_here_in_order()
    {
        await StartAsync(concurrency: 1, prefetch: 2);
        (await Service.DequeueAsync()).Answer(Service.Leases("a", "b", "c"));
        var a = await RunOfAsync("a");
        Handler.RunsNotSeen.ShouldBe(0);

        a.Return();
        (await RunOfAsync("b")).Return();
        await RunOfAsync("c");
    }

    [Fact]
    public async Task A_handler_that_throws_has_failed()
    {
        await StartAsync();
        (await RunAsync("a")).Throw(new InvalidOperationException("no paper"));
        (await SettlementAsync()).ShouldBe(Settlement.Fail("a", "token of a", "no paper"));
        Log.Exceptions.ShouldHaveSingleItem().Message.ShouldBe("no paper");
    }

    [Fact]
    public async Task A_failure_can_be_permanent()
    {
        await StartAsync();
        (await RunAsync("a")).Throw(new PermanentFailureException("no such customer"));
        (await SettlementAsync()).ShouldBe(Settlement.Fail("a", "token of a", "no such customer", permanent: true));

        // The handler has decided: where it stood is of no interest.
        Log.Lines.ShouldContain((LogLevel.Warning, $"Attempt 1 of message a of queue {Queue} failed for good: no such customer"));
        Log.Exceptions.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_handler_that_cancels_itself_has_failed()
    {
        await StartAsync();
        (await RunAsync("a")).Throw(new OperationCanceledException("timed out"));
        (await SettlementAsync()).ShouldBe(Settlement.Fail("a", "token of a", "timed out"));
    }

    [Fact]
    public async Task An_exception_that_says_nothing_is_told_by_its_type()
    {
        await StartAsync();
        (await RunAsync("a")).Throw(new InvalidOperationException(""));
        (await SettlementAsync()).Error.ShouldBe(nameof(InvalidOperationException));
    }

    [Fact]
    public async Task An_error_is_cut_to_what_the_service_takes()
    {
        await StartAsync();
        (await RunAsync("a")).Throw(new InvalidOperationException(new string('x', Limits.MaxErrorLength - 1) + "😀"));
        var settlement = await SettlementAsync();
        settlement.Error.ShouldBe(new string('x', Limits.MaxErrorLength - 1));
        Validation.Problem(settlement).ShouldBeNull();
    }

    [Fact]
    public async Task An_error_of_malformed_text_is_mended()
    {
        await StartAsync();
        (await RunAsync("a")).Throw(new InvalidOperationException("half \ud83d"));
        (await SettlementAsync()).Error.ShouldBe("half \ufffd");
    }

    [Fact]
    public async Task A_result_that_the_service_would_refuse_fails_the_attempt()
    {
        await StartAsync();
        var run = await RunAsync("a");
        run.Context.Result = Payload.FromText(new string('x', Limits.MaxResultBytes));
        run.Return();
        var settlement = await SettlementAsync();
        settlement.Action.ShouldBe(SettlementAction.Fail);
        settlement.Error.ShouldNotBeNull().ShouldContain("result");
    }

    [Fact]
    public async Task What_ends_is_counted_by_outcome()
    {
        using var counted = new OutcomeCounter(Queue);
        await StartAsync(concurrency: 3);
        (await Service.DequeueAsync()).Answer(Service.Leases("a", "b", "c"));
        var runs = new[] { await Handler.RunAsync(), await Handler.RunAsync(), await Handler.RunAsync() }.ToDictionary(run => run.Id);

        runs["a"].Return();
        (await Service.DequeueAsync()).Answer(new DequeueResult { Settled = ScriptedTimestone.Fine(1) });
        (await counted.NextAsync()).ShouldBe("completed");
        (await Service.DequeueAsync()).Request.Settle.ShouldBeEmpty();

        runs["b"].Throw(new InvalidOperationException());
        (await Service.SettleAsync()).Answer(ScriptedTimestone.Fine(1));
        (await counted.NextAsync()).ShouldBe("failed");

        runs["c"].Return();
        (await Service.SettleAsync()).Answer(ScriptedTimestone.Refused(ErrorCode.LeaseLost));
        (await counted.NextAsync()).ShouldBe("lost");
    }
}
