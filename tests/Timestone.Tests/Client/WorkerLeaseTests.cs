using Shouldly;
using Timestone.Tests.Client.Support;
using Xunit;

namespace Timestone.Tests.Client;

/// <summary>
/// How a worker keeps leases, and what it does when one is lost. A lease of 30 s less a margin of 3 s is trusted for 27 s and extended
/// after 9 s.
/// </summary>
public sealed class WorkerLeaseTests : WorkerTest
{
    [Fact]
    public async Task A_lease_is_extended_while_its_handler_runs()
    {
        await StartAsync();
        var run = await RunAsync("a");
        for (var i = 0; i < 5; i++)
        {
            Clock.Advance(Seconds(9));
            var extend = await Service.ExtendAsync();
            extend.Request.ShouldBe([new LeaseExtension { Id = "a", LeaseToken = "token of a" }]);
            extend.Answer(ScriptedTimestone.Fine(1));
            await Clock.TimerAsync(due => due == Seconds(9));
        }

        run.CancellationToken.IsCancellationRequested.ShouldBeFalse();
        run.Return();
        (await SettlementAsync()).Action.ShouldBe(SettlementAction.Complete);
    }

    [Fact]
    public async Task A_lease_is_extended_while_its_message_waits_here()
    {
        await StartAsync(prefetch: 1);
        (await Service.DequeueAsync()).Answer(Service.Leases("a", "b"));
        var a = await RunOfAsync("a");
        Clock.Advance(Seconds(9));
        var extend = await Service.ExtendAsync();
        extend.Request.Select(one => one.Id).ShouldBe(["a", "b"], ignoreOrder: true);
        extend.Answer(ScriptedTimestone.Fine(2));
        await Clock.TimerAsync(due => due == Seconds(9));

        Clock.Advance(Seconds(8.9));
        a.Return();
        await RunOfAsync("b");
    }

    [Fact]
    public async Task A_lease_is_not_extended_once_its_settlement_was_sent()
    {
        await StartAsync();
        (await RunAsync("a")).Return();
        await Service.DequeueAsync();
        Clock.Advance(Seconds(60));
        Service.ExtendsNotSeen.ShouldBe(0);
    }

    [Theory]
    [InlineData(ErrorCode.LeaseLost)]
    [InlineData(ErrorCode.MessageNotFound)]
    public async Task A_handler_that_lost_its_lease_is_canceled_and_nothing_is_settled(ErrorCode code)
    {
        using var counted = new OutcomeCounter(Queue);
        await StartAsync();
        var run = await RunAsync("a");
        Clock.Advance(Seconds(9));
        (await Service.ExtendAsync()).Answer(ScriptedTimestone.Refused(code));

        await run.EndCanceledAsync();
        (await Service.DequeueAsync()).Request.Settle.ShouldBeEmpty();
        (await counted.NextAsync()).ShouldBe("lost");
    }

    [Fact]
    public async Task A_queue_that_is_gone_takes_its_leases_with_it()
    {
        await StartAsync();
        var run = await RunAsync("a");
        Clock.Advance(Seconds(9));
        (await Service.ExtendAsync()).Refuse(ErrorCode.QueueNotFound);

        await run.EndCanceledAsync();
        (await Service.DequeueAsync()).Request.Settle.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_handler_that_returns_although_its_lease_is_lost_completes_nothing()
    {
        await StartAsync();
        var run = await RunAsync("a");
        Clock.Advance(Seconds(9));
        (await Service.ExtendAsync()).Answer(ScriptedTimestone.Refused(ErrorCode.LeaseLost));
        await run.CanceledAsync();

        run.Return();
        (await Service.DequeueAsync()).Request.Settle.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_extension_that_fails_is_tried_again_while_the_lease_is_trusted()
    {
        await StartAsync();
        var run = await RunAsync("a");
        Clock.Advance(Seconds(9));
        (await Service.ExtendAsync()).Refuse(ErrorCode.Unavailable);

        await Clock.TimerAsync(due => due == Seconds(4.5));
        Clock.Advance(Seconds(4.5));
        (await Service.ExtendAsync()).Answer(ScriptedTimestone.Fine(1));
        await Clock.TimerAsync(due => due == Seconds(9));
        run.CancellationToken.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public async Task A_handler_whose_lease_could_not_be_extended_in_time_is_canceled_and_its_message_given_back()
    {
        await StartAsync();
        var run = await RunAsync("a");
        Clock.Advance(Seconds(9));
        await Service.ExtendAsync();

        Clock.Advance(Seconds(17.9));
        run.CancellationToken.IsCancellationRequested.ShouldBeFalse();
        Clock.Advance(Seconds(0.1));
        await run.EndCanceledAsync();
        (await SettlementAsync()).ShouldBe(Settlement.Release("a", "token of a"));
    }

    [Fact]
    public async Task Work_that_is_done_is_told_although_the_lease_is_doubtful()
    {
        await StartAsync();
        var run = await RunAsync("a");
        Clock.Advance(Seconds(60));
        run.CancellationToken.IsCancellationRequested.ShouldBeTrue();
        run.Return();
        (await SettlementAsync()).Action.ShouldBe(SettlementAction.Complete);
    }

    [Fact]
    public async Task A_lease_is_trusted_from_when_it_was_asked_for()
    {
        await StartAsync();
        var poll = await Service.DequeueAsync();
        Clock.Advance(Seconds(20));
        poll.Answer(Service.Leases("a"));
        var run = await RunOfAsync("a");

        // More than a third of its trust was over when it came.
        Clock.Advance(TimeSpan.Zero);
        await Service.ExtendAsync();
        Clock.Advance(Seconds(6.9));
        run.CancellationToken.IsCancellationRequested.ShouldBeFalse();
        Clock.Advance(Seconds(0.1));
        run.CancellationToken.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public async Task An_extension_is_trusted_from_when_it_was_asked_for()
    {
        await StartAsync();
        var run = await RunAsync("a");
        Clock.Advance(Seconds(9));
        var extend = await Service.ExtendAsync();
        Clock.Advance(Seconds(10));
        extend.Answer(ScriptedTimestone.Fine(1));
        await Clock.TimerAsync(due => due == TimeSpan.Zero);

        Clock.Advance(TimeSpan.Zero);
        await Service.ExtendAsync();
        Clock.Advance(Seconds(16.9));
        run.CancellationToken.IsCancellationRequested.ShouldBeFalse();
        Clock.Advance(Seconds(0.1));
        run.CancellationToken.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public async Task A_short_lease_is_trusted_for_three_quarters_of_it()
    {
        await StartAsync();
        (await Service.DequeueAsync()).Answer(Service.Leases(Seconds(2), "a"));
        var run = await RunOfAsync("a");
        Clock.Advance(Seconds(0.5));
        await Service.ExtendAsync();
        Clock.Advance(Seconds(0.99));
        run.CancellationToken.IsCancellationRequested.ShouldBeFalse();
        Clock.Advance(Seconds(0.01));
        run.CancellationToken.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public async Task A_lease_that_is_doubtful_when_it_comes_is_extended_before_its_handler_starts()
    {
        await StartAsync();
        var poll = await Service.DequeueAsync();
        Clock.Advance(Seconds(20));
        poll.Answer(Service.Leases(Seconds(10), "a"));

        var extend = await Service.ExtendAsync();
        Handler.RunsNotSeen.ShouldBe(0);
        extend.Answer(ScriptedTimestone.Fine(1));
        await RunOfAsync("a");
    }

    [Fact]
    public async Task A_lease_that_stays_doubtful_never_starts_a_handler()
    {
        await StartAsync();
        var poll = await Service.DequeueAsync();
        Clock.Advance(Seconds(20));
        poll.Answer(Service.Leases(Seconds(10), "a"));
        (await Service.ExtendAsync()).Refuse(ErrorCode.Unavailable);

        (await SettlementAsync()).ShouldBe(Settlement.Release("a", "token of a"));
        Handler.RunsNotSeen.ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_whose_lease_ended_while_it_waited_here_never_starts_a_handler(bool told)
    {
        await StartAsync(prefetch: 1);
        (await Service.DequeueAsync()).Answer(Service.Leases("a", "b"));
        var a = await RunOfAsync("a");
        Clock.Advance(Seconds(9));
        var extend = await Service.ExtendAsync();
        if (told)
        {
            extend.Answer([
                .. extend.Request.Select(one => one.Id == "a" ? new MessageResult() : ScriptedTimestone.Refused(ErrorCode.LeaseLost)[0]),
            ]);
            await Clock.TimerAsync(due => due == Seconds(9));
        }
        else
        {
            Clock.Advance(Seconds(18));
        }

        a.Return();
        (await SettlementsAsync(told ? 1 : 2)).ShouldBe(
            told
                ? [Settlement.Complete("a", "token of a")]
                : [Settlement.Complete("a", "token of a"), Settlement.Release("b", "token of b")]
        );
        Handler.RunsNotSeen.ShouldBe(0);
    }

    [Fact]
    public async Task Progress_is_reported_and_extends_the_lease()
    {
        await StartAsync();
        var run = await RunAsync("a");
        Clock.Advance(Seconds(5));
        var report = run.Context.ReportProgressAsync(Payload.FromText("half"));
        var extend = await Service.ExtendAsync();
        extend.Request.ShouldBe([new LeaseExtension { Id = "a", LeaseToken = "token of a", Progress = Payload.FromText("half") }]);
        extend.Answer(ScriptedTimestone.Fine(1));
        await report;

        Clock.Advance(Seconds(8.9));
        Service.ExtendsNotSeen.ShouldBe(0);
    }

    [Fact]
    public async Task A_report_of_progress_learns_that_the_lease_is_lost()
    {
        await StartAsync();
        var run = await RunAsync("a");
        var report = run.Context.ReportProgressAsync(Payload.FromText("half"));
        (await Service.ExtendAsync()).Answer(ScriptedTimestone.Refused(ErrorCode.LeaseLost));

        (await Should.ThrowAsync<TimestoneException>(report)).Code.ShouldBe(ErrorCode.LeaseLost);
        await run.EndCanceledAsync();
    }

    [Fact]
    public async Task A_report_of_progress_that_fails_leaves_the_lease_as_it_was()
    {
        await StartAsync();
        var run = await RunAsync("a");
        var report = run.Context.ReportProgressAsync(Payload.FromText("half"));
        (await Service.ExtendAsync()).Refuse(ErrorCode.Unavailable);

        (await Should.ThrowAsync<TimestoneException>(report)).Code.ShouldBe(ErrorCode.Unavailable);
        run.CancellationToken.IsCancellationRequested.ShouldBeFalse();
    }
}
