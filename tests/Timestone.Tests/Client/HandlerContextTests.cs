using Microsoft.Extensions.Logging;
using Shouldly;
using Timestone.Client;
using Timestone.Tests.Client.Support;
using Xunit;

namespace Timestone.Tests.Client;

/// <summary>What a handler knows of its message, and what stands around it.</summary>
public sealed class HandlerContextTests : WorkerTest
{
    [Fact]
    public async Task The_context_says_what_the_message_is()
    {
        await StartAsync();
        var answer = Service.Leases("a");
        var message = answer.Messages[0] with
        {
            Queue = Queue,
            Attempt = 3,
            Metadata = Metadata.Of("tenant", "acme"),
            Deadline = DateTimeOffset.UnixEpoch,
            Progress = Payload.FromText("1 of 2"),
        };
        (await Service.DequeueAsync()).Answer(answer with { Messages = [message] });

        var context = (await RunOfAsync("a")).Context;
        (context.Queue, context.Id, context.Attempt).ShouldBe((Queue, "a", 3));
        context.Metadata["tenant"].ShouldBe("acme");
        context.Deadline.ShouldBe(DateTimeOffset.UnixEpoch);
        context.Progress.ShouldBe(Payload.FromText("1 of 2"));
        (context.CancellationToken.IsCancellationRequested, context.CancellationCause).ShouldBe((false, CancellationCause.None));
    }

    [Theory]
    [InlineData(ErrorCode.LeaseLost, CancellationCause.LeaseLost)]
    [InlineData(ErrorCode.MessageNotFound, CancellationCause.MessageNotFound)]
    [InlineData(ErrorCode.QueueNotFound, CancellationCause.QueueNotFound)]
    public async Task A_handler_learns_how_its_lease_was_lost(ErrorCode refusal, CancellationCause cause)
    {
        await StartAsync();
        var run = await RunAsync("a");
        Clock.Advance(Seconds(9));
        (await Service.ExtendAsync()).Answer(ScriptedTimestone.Refused(refusal));

        await run.CanceledAsync();
        run.Context.CancellationToken.ShouldBe(run.CancellationToken);
        run.Context.CancellationCause.ShouldBe(cause);
    }

    [Fact]
    public async Task A_handler_learns_that_its_lease_was_not_extended_in_time_and_the_first_cause_stands()
    {
        await StartAsync(configure: options => options.ShutdownTimeout = TimeSpan.Zero);
        var run = await RunAsync("a");
        Clock.Advance(Seconds(27));
        await run.CanceledAsync();
        run.Context.CancellationCause.ShouldBe(CancellationCause.LeaseNotExtended);

        var stopped = StopAsync();
        run.Context.CancellationCause.ShouldBe(CancellationCause.LeaseNotExtended);
        run.Return();
        (await SettlementsAsync(1)).ShouldHaveSingleItem();
        await stopped.Guarded("the end of the worker");
    }

    [Fact]
    public async Task A_handler_learns_that_the_host_stops()
    {
        await StartAsync(configure: options => options.ShutdownTimeout = TimeSpan.Zero);
        var run = await RunAsync("a");
        var stopped = StopAsync();
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        await run.CanceledAsync();
        run.Context.CancellationCause.ShouldBe(CancellationCause.Shutdown);
        run.Return();
        (await SettlementsAsync(1)).ShouldHaveSingleItem();
        await stopped.Guarded("the end of the worker");
    }

    [Fact]
    public async Task What_a_handler_logs_carries_queue_id_and_attempt()
    {
        using var lines = new ScopedLines();
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(lines));
        await StartAsync(
            handler: new Lambda((context, _) =>
            {
                factory.CreateLogger("its own").Log(LogLevel.Information, 0, "Sending.", null, static (text, _) => text);
                throw new InvalidOperationException("no paper");
            }),
            logger: factory.CreateLogger<TimestoneWorker>()
        );
        (await Service.DequeueAsync()).Answer(Service.Leases("a"));
        await Service.DequeueAsync();

        lines.ScopeOf("Sending.").ShouldBe($"Queue={Queue} Id=a Attempt=1");
        lines.ScopeOf($"Attempt 1 of message a of queue {Queue} failed.").ShouldBe($"Queue={Queue} Id=a Attempt=1");
    }

    [Fact]
    public async Task Middleware_stands_around_the_handler_in_the_order_it_was_added()
    {
        var steps = new List<string>();
        await StartAsync(
            configure: options => options.Use(Noting("outer")).Use(Noting("inner")),
            handler: new Lambda((context, _) =>
            {
                steps.Add("handler of " + context.Id);
                return Task.CompletedTask;
            })
        );
        (await Service.DequeueAsync()).Answer(Service.Leases("a"));
        (await SettlementAsync()).Action.ShouldBe(SettlementAction.Complete);
        steps.ShouldBe(["outer begins", "inner begins", "handler of a", "inner ends", "outer ends"]);

        Func<MessageContext, Func<CancellationToken, Task>, CancellationToken, Task> Noting(string name) =>
            async (_, next, cancellationToken) =>
            {
                steps.Add(name + " begins");
                await next(cancellationToken);
                steps.Add(name + " ends");
            };
    }

    [Fact]
    public async Task Middleware_can_decide_instead_of_the_handler()
    {
        await StartAsync(configure: options => options.Use((context, _, _) =>
        {
            context.Release(Seconds(5));
            return Task.CompletedTask;
        }));
        (await Service.DequeueAsync()).Answer(Service.Leases("a"));
        (await SettlementAsync()).ShouldBe(Settlement.Release("a", "token of a", Seconds(5)));
        Handler.RunsNotSeen.ShouldBe(0);
    }

    [Fact]
    public async Task Middleware_can_make_a_decision_of_an_exception()
    {
        await StartAsync(configure: options => options.Use(async (context, next, cancellationToken) =>
        {
            try
            {
                await next(cancellationToken);
            }
            catch (TimeoutException problem)
            {
                context.RetryIn(Seconds(60), problem.Message);
            }
        }));
        (await RunAsync("a")).Throw(new TimeoutException("no answer"));
        (await SettlementAsync()).ShouldBe(Settlement.Fail("a", "token of a", "no answer", invisible: Seconds(60)));
    }

    [Fact]
    public async Task Middleware_can_give_the_handler_a_token_of_its_own()
    {
        using var limit = new CancellationTokenSource();
        await StartAsync(configure: options => options.Use((_, next, _) => next(limit.Token)));
        var run = await RunAsync("a");
        run.CancellationToken.ShouldBe(limit.Token);
        await limit.CancelAsync();
        await run.EndCanceledAsync();

        // The lease is kept, so this is a failure of the handler.
        (await SettlementAsync()).Action.ShouldBe(SettlementAction.Fail);
    }
}
