using System.Collections.Concurrent;
using Shouldly;
using Timestone.Client;
using Timestone.Engine;
using Timestone.Journals.Memory;
using Timestone.Tests.Api;
using Timestone.Tests.Client.Support;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Client;

/// <summary>Client and worker with the real service.</summary>
public sealed class EndToEndTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Each_message_is_handled_once_over_a_network_that_loses_answers()
    {
        const int Count = 300;
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        await using var service = await StartAsync(TimeProvider.System);
        await using var host = await ApiHost.StartAsync(service);
        using var network = new LossyHandler(seed, loss: 0.2);
        using var client = new TimestoneClient(
            new TimestoneClientOptions
            {
                Address = host.Http.BaseAddress!,
                RetryDelay = TimeSpan.FromMilliseconds(1),
                MaxRetryDelay = TimeSpan.FromMilliseconds(5),
            },
            network
        );

        foreach (var batch in Enumerable.Range(0, Count).Select(_ => new NewMessage()).Chunk(10))
            (await client.EnqueueAsync("q", batch)).ShouldAllBe(result => result.Error == null);

        var handled = new ConcurrentQueue<string>();
        var all = new TaskCompletionSource();
        using var worker = new TimestoneWorker(client, "q", new Handling(context =>
        {
            handled.Enqueue(context.Message.Id);
            if (handled.Count >= Count)
                all.TrySetResult();
            return Task.CompletedTask;
        }), new TimestoneWorkerOptions { Concurrency = 4, Prefetch = 4 });
        await worker.StartAsync(CancellationToken.None);
        await all.Task.Guarded("all messages to be handled");
        await worker.StopAsync(CancellationToken.None);

        network.Lost.ShouldBeGreaterThan(0);
        handled.Distinct().Count().ShouldBe(Count);
        handled.Count.ShouldBe(Count);
        var page = await service.ListMessagesAsync("q", limit: Limits.MaxPage);
        page.Messages.Count.ShouldBe(Count);

        // Enqueued, dequeued, completed: nothing happened twice.
        page.Messages.ShouldAllBe(message => message.State == MessageState.Completed && message.Version == 3);
    }

    [Fact]
    public async Task A_handler_can_tell_how_it_goes_and_what_came_of_it()
    {
        await using var service = await StartAsync(TimeProvider.System);
        await using var host = await ApiHost.StartAsync(service);
        using var client = new TimestoneClient(host.Http.BaseAddress!);
        await client.EnqueueAsync("q", [new NewMessage { Id = "good" }, new NewMessage { Id = "bad" }]);

        Message? underWay = null;
        var ended = new CountdownEvent(2);
        using var worker = new TimestoneWorker(client, "q", new Handling(async context =>
        {
            ended.Signal();
            if (context.Message.Id == "bad")
                throw new PermanentFailureException("no such customer");
            await context.ReportProgressAsync(Payload.FromText("half"));
            underWay = await client.GetMessageAsync("q", "good");
            context.Result = Payload.FromText("done");
        }), new TimestoneWorkerOptions { WorkerName = "worker" });
        await worker.StartAsync(CancellationToken.None);
        await Task.Run(() => ended.Wait()).Guarded("both messages to be handled");
        await worker.StopAsync(CancellationToken.None);

        underWay.ShouldNotBeNull().Progress.ShouldBe(Payload.FromText("half"));
        underWay.Worker.ShouldBe("worker");
        var good = await client.GetMessageAsync("q", "good");
        (good.State, good.Result).ShouldBe((MessageState.Completed, Payload.FromText("done")));
        var bad = await client.GetMessageAsync("q", "bad");
        (bad.State, bad.Error, bad.Attempt).ShouldBe((MessageState.Errored, "no such customer", 1));
    }

    [Fact]
    public async Task A_message_that_is_called_off_ends_its_handler()
    {
        var clock = new ManualTimeProvider();
        var handler = new ScriptedHandler();
        await using var service = await StartAsync(clock);
        await service.EnqueueAsync("q", new NewMessage { Id = "a" });
        using var worker = new TimestoneWorker(service, "q", handler, new TimestoneWorkerOptions { Concurrency = 1 }, timeProvider: clock);
        await worker.StartAsync(CancellationToken.None);
        var run = await handler.RunAsync();

        await service.CancelAsync("q", "a", "changed our minds");
        clock.Advance(TimeSpan.FromSeconds(15));
        await run.EndCanceledAsync();
        await worker.StopAsync(CancellationToken.None);
        var message = await service.GetMessageAsync("q", "a");
        (message.State, message.Error).ShouldBe((MessageState.Canceled, "changed our minds"));
    }

    [Fact]
    public async Task A_worker_that_stops_gives_back_what_it_had_not_begun_with_its_attempt()
    {
        await using var service = await StartAsync(TimeProvider.System);
        await service.EnqueueAsync("q", [.. Enumerable.Range(0, 5).Select(i => new NewMessage { Id = $"m{i}" })]);
        var handler = new ScriptedHandler();
        using var worker = new TimestoneWorker(service, "q", handler, new TimestoneWorkerOptions { Concurrency = 1, Prefetch = 4 });
        await worker.StartAsync(CancellationToken.None);
        var run = await handler.RunAsync();
        var stop = worker.StopAsync(CancellationToken.None);
        run.Return();
        await stop.Guarded("the end of the worker");

        (await service.GetMessageAsync("q", "m0")).State.ShouldBe(MessageState.Completed);
        var rest = (await service.ListMessagesAsync("q", MessageState.Pending)).Messages;
        rest.Select(message => message.Id).ShouldBe(["m1", "m2", "m3", "m4"]);
        rest.ShouldAllBe(message => message.Attempt == 0);
    }

    private static async Task<LocalTimestone> StartAsync(TimeProvider timeProvider)
    {
        var service = new LocalTimestone(new MemoryJournal(), timeProvider: timeProvider);
        await service.StartAsync();
        return service;
    }

    private sealed class Handling(Func<MessageContext, Task> handle) : IMessageHandler
    {
        public Task HandleAsync(MessageContext context, CancellationToken cancellationToken) => handle(context);
    }
}
