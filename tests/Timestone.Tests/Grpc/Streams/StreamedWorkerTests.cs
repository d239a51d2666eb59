using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Timestone.Client;
using Timestone.Grpc;
using Timestone.Tests.Client.Support;
using Timestone.Tests.Faults;
using Timestone.Tests.Support;
using Xunit;
using V1 = Timestone.Grpc.V1;

namespace Timestone.Tests.Grpc.Streams;

/// <summary>The worker over a stream; what its handlers see is as over requests, which other tests say.</summary>
public sealed class StreamedWorkerTests(ITestOutputHelper output) : IAsyncLifetime
{
    // How often streams are broken; 1000 of both workers' take half a minute.
    private static readonly int Cuts = int.Parse(Environment.GetEnvironmentVariable("TIMESTONE_CUTS") ?? "100", CultureInfo.InvariantCulture);

    private readonly RecordingLogger<TimestoneWorker> _log = new();
    private StreamBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await StreamBench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Each_message_is_handled_once_and_nothing_is_asked_by_requests()
    {
        const int Count = 2000;
        await _bench.EnqueueAsync(1000);
        using var client = _bench.Client();
        var handled = new ConcurrentBag<string>();
        var all = new TaskCompletionSource();
        using var worker = Worker(
            client,
            context =>
            {
                handled.Add(context.Message.Id);
                if (handled.Count >= Count)
                    all.TrySetResult();
                return Task.CompletedTask;
            },
            new TimestoneWorkerOptions { Concurrency = 16, Prefetch = 50 }
        );
        await worker.StartAsync(CancellationToken.None);
        await _bench.Service.EnqueueAsync("q", [.. Enumerable.Range(0, 1000).Select(static i => new NewMessage { Id = $"n{i}" })]);
        await all.Task.Guarded("all messages to be handled");
        await worker.StopAsync(CancellationToken.None);
        handled.Count.ShouldBe(Count);
        handled.Distinct().Count().ShouldBe(Count);
        foreach (var message in await AllAsync())
            (message.State, message.Version, message.Attempt).ShouldBe((MessageState.Completed, 3, 1));
        _log.Lines.Select(static line => line.Level).ShouldAllBe(static level => level == LogLevel.Information);
    }

    [Fact]
    public async Task A_message_that_is_called_off_ends_its_handler_long_before_its_lease_is_extended()
    {
        await _bench.EnqueueAsync(1);
        var handler = new ScriptedHandler();
        using var client = _bench.Client();
        using var worker = new TimestoneWorker(
            client,
            "q",
            handler,
            new TimestoneWorkerOptions { Concurrency = 1, Lease = TimeSpan.FromHours(1) }
        );
        await worker.StartAsync(CancellationToken.None);
        var run = await handler.RunAsync();
        await _bench.Service.CancelAsync("q", "m0");
        await run.EndCanceledAsync();
        await worker.StopAsync(CancellationToken.None);
        (await _bench.Service.GetMessageAsync("q", "m0")).State.ShouldBe(MessageState.Canceled);
    }

    [Fact]
    public async Task A_worker_that_stops_gives_back_what_it_had_not_begun_with_its_attempt()
    {
        await _bench.EnqueueAsync(5);
        var handler = new ScriptedHandler();
        using var client = _bench.Client();
        using var worker = new TimestoneWorker(client, "q", handler, new TimestoneWorkerOptions { Concurrency = 1, Prefetch = 4 });
        await worker.StartAsync(CancellationToken.None);
        var run = await handler.RunAsync();
        var stop = worker.StopAsync(CancellationToken.None);
        run.Return();
        await stop.Guarded("the end of the worker");

        (await _bench.Service.GetMessageAsync("q", "m0")).State.ShouldBe(MessageState.Completed);
        var rest = (await _bench.Service.ListMessagesAsync("q", MessageState.Pending)).Messages;
        rest.Select(static message => message.Id).ShouldBe(["m1", "m2", "m3", "m4"]);
        rest.ShouldAllBe(static message => message.Attempt == 0);
    }

    [Fact]
    public async Task Leases_are_extended_while_handlers_run_and_reports_arrive()
    {
        await _bench.EnqueueAsync(1);
        var handler = new ScriptedHandler();
        using var client = _bench.Client();
        using var worker = new TimestoneWorker(
            client,
            "q",
            handler,
            new TimestoneWorkerOptions { Concurrency = 1, Lease = TimeSpan.FromMilliseconds(300) }
        );
        await worker.StartAsync(CancellationToken.None);
        var run = await handler.RunAsync();
        await run.Context.ReportProgressAsync(Payload.FromText("half"));
        var first = (await _bench.Service.GetMessageAsync("q", "m0")).LeaseExpiresAt;

        // Four leases later it still is this worker's.
        await Eventually.BeAsync(async () =>
            (await _bench.Service.GetMessageAsync("q", "m0")).LeaseExpiresAt > first + TimeSpan.FromMilliseconds(1200));
        run.Return();
        await worker.StopAsync(CancellationToken.None);
        var message = await _bench.Service.GetMessageAsync("q", "m0");
        (message.State, message.Attempt, message.Progress).ShouldBe((MessageState.Completed, 1, Payload.FromText("half")));
    }

    [Fact]
    public async Task No_message_that_was_begun_is_given_to_another_while_streams_break_all_the_time()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var (running, overlaps, runs) = (new ConcurrentDictionary<string, bool>(), 0, new ConcurrentDictionary<string, int>());
        await using var network = new Proxy(() => _bench.Address.Port);
        using var client = new TimestoneClient(new Uri($"grpc://127.0.0.1:{network.Port}"));

        // No lease ends by itself: what is not given back is missing at the end.
        await _bench.Service.CreateQueueAsync("q", new QueueSettings { Lease = TimeSpan.FromHours(1) });
        TimestoneWorker[] workers =
        [
            .. Enumerable
                .Range(0, 2)
                .Select(_ => Worker(
                    client,
                    async context =>
                    {
                        if (!running.TryAdd(context.Message.Id, true))
                            Interlocked.Increment(ref overlaps);
                        runs.AddOrUpdate(context.Message.Id, 1, static (_, before) => before + 1);
                        await Task.Yield();
                        running.TryRemove(context.Message.Id, out bool _);
                    },
                    new TimestoneWorkerOptions { Concurrency = 4, Prefetch = 12 }
                )),
        ];
        foreach (var worker in workers)
            await worker.StartAsync(CancellationToken.None);
        var enqueued = 0;
        for (var i = 0; i < Cuts; i++)
        {
            var more = random.Next(1, 30);
            await _bench.Service.EnqueueAsync("q", [.. Enumerable.Range(enqueued, more).Select(static n => new NewMessage { Id = $"m{n}" })]);
            enqueued += more;

            // Some are on their way, being begun, being handled or being settled.
            var handled = enqueued - random.Next(more);
            await Eventually.BeAsync(() => Task.FromResult(runs.Count >= handled));
            network.Cuts(random)[0]();
            network.Mend();
        }

        await Eventually.BeAsync(async () => await _bench.Service.GetDepthAsync("q") == 0);
        foreach (var worker in workers)
        {
            await worker.StopAsync(CancellationToken.None);
            worker.Dispose();
        }

        output.WriteLine($"{Cuts} cuts, {enqueued} messages, {runs.Values.Sum()} runs");
        runs.Count.ShouldBe(enqueued);
        overlaps.ShouldBe(0);

        runs.Values.ShouldAllBe(static times => times == 1);
        foreach (var message in await AllAsync())
            (message.State, message.Attempt).ShouldBe((MessageState.Completed, 1));
    }

    [Fact]
    public async Task A_server_that_is_away_and_comes_back_is_told_in_one_line_each()
    {
        await using var first = await StreamBench.StartAsync();
        await using var network = new Proxy(() => first.Address.Port);
        using var client = new TimestoneClient(new Uri($"grpc://127.0.0.1:{network.Port}"));
        await first.EnqueueAsync(1);
        var handler = new ScriptedHandler();
        using var worker = new TimestoneWorker(client, "q", handler, new TimestoneWorkerOptions { WorkerName = "worker" }, _log);
        await worker.StartAsync(CancellationToken.None);
        (await handler.RunAsync()).Return();
        network.Drop();
        await Eventually.BeAsync(() => Task.FromResult(Lines("gets no messages from queue q now") > 0));
        await first.Service.EnqueueAsync("q", new NewMessage { Id = "later" });
        network.Mend();
        (await handler.RunAsync()).Return();
        await worker.StopAsync(CancellationToken.None);
        Lines("gets no messages from queue q now").ShouldBe(1);
        Lines("is served of queue q again").ShouldBe(1);
    }

    [Fact]
    public async Task A_worker_that_holds_nothing_stops_at_once_where_no_server_is()
    {
        using var client = new TimestoneClient(new Uri($"grpc://127.0.0.1:{Services.FreePort.With()}"));
        using var worker = new TimestoneWorker(client, "q", new ScriptedHandler(), null, _log);
        await worker.StartAsync(CancellationToken.None);
        await Eventually.BeAsync(() => Task.FromResult(Lines("gets no messages") > 0));
        await worker.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Where_the_server_does_not_know_streams_the_worker_asks_by_requests()
    {
        await _bench.EnqueueAsync(20);
        await using var old = await OldServer.StartAsync(_bench.Service);
        using var client = new TimestoneClient(
            new TimestoneClientOptions { Address = new Uri(old.Urls.First()), Protocol = TimestoneProtocol.Grpc }
        );
        using var worker = Worker(client, static _ => Task.CompletedTask, new TimestoneWorkerOptions { Concurrency = 4 });
        await worker.StartAsync(CancellationToken.None);
        await Eventually.BeAsync(async () => await _bench.Service.GetDepthAsync("q", MessageState.Completed) == 20);
        await worker.StopAsync(CancellationToken.None);
    }

    private TimestoneWorker Worker(ITimestone client, Func<MessageContext, Task> handle, TimestoneWorkerOptions options) =>
        new(client, "q", new Handling(handle), options, _log);

    private int Lines(string with) => _log.Lines.Count(line => line.Text.Contains(with, StringComparison.Ordinal));

    private async Task<List<Message>> AllAsync()
    {
        var (all, cursor) = (new List<Message>(), (string?)null);
        do
        {
            var page = await _bench.Service.ListMessagesAsync("q", cursor: cursor, limit: Limits.MaxPage);
            all.AddRange(page.Messages);
            cursor = page.Next;
        }
        while (cursor is not null);
        return all;
    }

    private sealed class Handling(Func<MessageContext, Task> handle) : IMessageHandler
    {
        public Task HandleAsync(MessageContext context, CancellationToken cancellationToken) => handle(context);
    }

    // What a server of the version before can do.
    private sealed class OldServer(ITimestone service) : V1.Timestone.TimestoneBase
    {
        public static async Task<WebApplication> StartAsync(ITimestone service)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.Services.AddSingleton(new OldServer(service)).AddGrpc();
            builder.WebHost.ConfigureKestrel(static kestrel =>
                kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2));
            var app = builder.Build();
            app.MapGrpcService<OldServer>();
            await app.StartAsync();
            return app;
        }

        public override async Task<V1.DequeueResponse> Dequeue(V1.DequeueRequest request, ServerCallContext context) =>
            (await service.DequeueAsync(request.Queue, request.ToRecord(), context.CancellationToken)).ToProto();

        public override async Task<V1.ResultList> Settle(V1.SettleRequest request, ServerCallContext context) =>
            (await service.SettleAsync(request.Queue, [.. request.Settlements.Select(MessageMapping.ToRecord)])).ToProto();
    }
}
