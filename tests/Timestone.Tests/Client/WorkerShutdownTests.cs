using Shouldly;
using Timestone.Tests.Client.Support;
using Xunit;

namespace Timestone.Tests.Client;

/// <summary>How a worker ends.</summary>
public sealed class WorkerShutdownTests : WorkerTest
{
    [Fact]
    public async Task An_idle_worker_ends_at_once_and_gives_back_what_its_poll_may_have_brought()
    {
        await StartAsync();
        var poll = await Service.DequeueAsync();
        var stop = StopAsync();

        poll.CancellationToken.IsCancellationRequested.ShouldBeTrue();
        var again = await Service.DequeueAsync();
        again.Request.RequestId.ShouldBe(poll.Request.RequestId);
        again.Request.Wait.ShouldBe(TimeSpan.Zero);
        again.Answer(Service.Leases("a"));

        var settle = await Service.SettleAsync();
        settle.Request.ShouldBe([Settlement.Release("a", "token of a")]);
        settle.Answer(ScriptedTimestone.Fine(1));
        await stop.Guarded("the end of the worker");
        Handler.RunsNotSeen.ShouldBe(0);
    }

    [Fact]
    public async Task Running_handlers_end_and_waiting_messages_go_back()
    {
        await StartAsync(concurrency: 1, prefetch: 1);
        (await Service.DequeueAsync()).Answer(Service.Leases("a", "b"));
        var run = await RunOfAsync("a");
        var stop = StopAsync();
        run.CancellationToken.IsCancellationRequested.ShouldBeFalse();
        stop.IsCompleted.ShouldBeFalse();

        run.Return();
        var settled = new List<Settlement>();
        while (settled.Count < 2)
        {
            var settle = await Service.SettleAsync();
            settled.AddRange(settle.Request);
            settle.Answer(ScriptedTimestone.Fine(settle.Request.Count));
        }

        settled.ShouldBe([Settlement.Complete("a", "token of a"), Settlement.Release("b", "token of b")]);
        await stop.Guarded("the end of the worker");
        Service.DequeuesNotSeen.ShouldBe(0);
    }

    [Fact]
    public async Task Leases_are_extended_during_the_shutdown()
    {
        await StartAsync();
        var run = await RunAsync("a");
        _ = StopAsync();
        Clock.Advance(Seconds(9));
        (await Service.ExtendAsync()).Answer(ScriptedTimestone.Fine(1));
        run.CancellationToken.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public async Task Handlers_that_take_too_long_are_canceled_and_their_messages_go_back()
    {
        await StartAsync(configure: options => options.ShutdownTimeout = Seconds(5));
        var run = await RunAsync("a");
        var stop = StopAsync();
        Clock.Advance(Seconds(4.9));
        run.CancellationToken.IsCancellationRequested.ShouldBeFalse();
        Clock.Advance(Seconds(0.1));

        await run.EndCanceledAsync();
        var settle = await Service.SettleAsync();
        settle.Request.ShouldBe([Settlement.Release("a", "token of a")]);
        settle.Answer(ScriptedTimestone.Fine(1));
        await stop.Guarded("the end of the worker");
    }

    [Fact]
    public async Task Without_patience_handlers_are_canceled_at_once()
    {
        await StartAsync(configure: options => options.ShutdownTimeout = TimeSpan.Zero);
        var run = await RunAsync("a");
        _ = StopAsync();
        Clock.Advance(TimeSpan.Zero);
        await run.EndCanceledAsync();
    }

    [Fact]
    public async Task A_request_under_way_is_answered_before_the_end()
    {
        await StartAsync();
        (await RunAsync("a")).Return();
        var dequeue = await Service.DequeueAsync();
        var stop = StopAsync();
        dequeue.CancellationToken.IsCancellationRequested.ShouldBeFalse();
        dequeue.Answer(Service.Leases("b") with { Settled = ScriptedTimestone.Fine(1) });

        var settle = await Service.SettleAsync();
        settle.Request.ShouldBe([Settlement.Release("b", "token of b")]);
        settle.Answer(ScriptedTimestone.Fine(1));
        await stop.Guarded("the end of the worker");
    }

    [Fact]
    public async Task A_request_under_way_is_cut_off_at_the_shutdown_timeout_and_its_settlements_are_sent_again()
    {
        await StartAsync(configure: options => options.ShutdownTimeout = Seconds(5));
        (await RunAsync("a")).Return();
        await Service.DequeueAsync();
        var stop = StopAsync();
        Clock.Advance(Seconds(5));

        var settle = await Service.SettleAsync();
        settle.Request.ShouldBe([Settlement.Complete("a", "token of a")]);
        settle.Answer(ScriptedTimestone.Fine(1));
        await stop.Guarded("the end of the worker");
    }

    [Fact]
    public async Task A_service_that_is_away_holds_the_end_up_no_longer_than_leases_are_trusted()
    {
        await StartAsync();
        var run = await RunAsync("a");
        var stop = StopAsync();
        run.Return();
        (await Service.SettleAsync()).Refuse(ErrorCode.Unavailable);
        await Clock.TimerAsync(due => due <= Seconds(2));
        Clock.Advance(Seconds(29));
        (await Service.SettleAsync()).Refuse(ErrorCode.Unavailable);
        await Clock.TimerAsync(due => due <= Seconds(2));
        Clock.Advance(Seconds(2));
        await stop.Guarded("the end of the worker");
    }
}
