using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using Timestone.Bench.Reporting;
using Timestone.Bench.Rest;
using Timestone.Client;
using V1 = Timestone.Grpc.V1;

namespace Timestone.Bench.Grpc;

/// <summary>
/// The server over gRPC, fsync before every answer, with the client on the same machine: call by call beside a call that does nothing,
/// as a stream, and with a worker fed by its stream; beside REST, whose load generator is a cheaper client than any.
/// </summary>
internal sealed class GrpcBench(Report report, double seconds, int rounds, string directory, string? only)
{
    private const int Callers = 64, InFlight = 512, Handlers = 64, PerSecond = 1000, Frame = 64;

    private static readonly string Payload = $"\"{new string('x', 126)}\"";

    private readonly Dictionary<string, List<double>> _measured = [];

    private double WarmUp => Math.Min(10, seconds);

    public async Task RunAsync()
    {
        for (var round = 0; round < rounds; round++)
        {
            await NoteAsync("one fsync", () => Task.FromResult(1e3 / Disk.FlushesPerSecond(directory, Math.Min(2, seconds))))
                .ConfigureAwait(false);
            await NoteAsync("an empty call", EchoAsync).ConfigureAwait(false);
            await NoteAsync("enqueue/one by one", () => OnServerAsync(EnqueueOneByOneAsync)).ConfigureAwait(false);
            await NoteAsync("enqueue/streamed one a frame", () => OnServerAsync(address => EnqueueStreamedAsync(address, 1)))
                .ConfigureAwait(false);
            await NoteAsync("enqueue/streamed", () => OnServerAsync(address => EnqueueStreamedAsync(address, Frame))).ConfigureAwait(false);
            await NoteAsync("work", () => OnServerAsync(WorkAsync, MoreThanIsConsumed)).ConfigureAwait(false);
            await NoteAsync("enqueue to handler", () => OnServerAsync(ReachHandlerAsync)).ConfigureAwait(false);
            await NoteAsync("REST enqueue/one by one", () => RestAsync("enqueue", 0)).ConfigureAwait(false);
            await NoteAsync("REST consume/one by one", () => RestAsync("consume", MoreThanIsConsumed)).ConfigureAwait(false);
        }

        foreach (var (name, values) in _measured)
            report.Add(Figure.Median($"grpc/{name}", name is "one fsync" or "enqueue to handler" ? "ms" : "messages/s", values));
        Compare("enqueue/one by one", "an empty call", "ratio", static (one, other) => one / other, atLeast: 0.8);
        Compare("enqueue/one by one", "REST enqueue/one by one", "ratio", static (one, other) => one / other);
        Compare("enqueue/streamed", "REST enqueue/one by one", "ratio", static (one, other) => one / other, atLeast: 4);
        Compare("work", "REST consume/one by one", "ratio", static (one, other) => one / other, atLeast: 3);
        Compare("enqueue to handler", "one fsync", "ms", static (all, fsync) => all - fsync, atMost: 1);
    }

    private long MoreThanIsConsumed => (long)(60_000 * (WarmUp + seconds));

    private async Task NoteAsync(string name, Func<Task<double>> measure)
    {
        if (only is not null && !name.StartsWith(only, StringComparison.Ordinal))
            return;
        var value = await measure().ConfigureAwait(false);
        if (!_measured.TryGetValue(name, out var values))
            _measured.Add(name, values = []);
        values.Add(value);
        Report.Say(string.Create(CultureInfo.InvariantCulture, $"{name} {value:0.##}"));
    }

    // Of each round by itself: what disturbs one disturbs both.
    private void Compare(
        string name,
        string to,
        string unit,
        Func<double, double, double> compare,
        double? atLeast = null,
        double? atMost = null
    )
    {
        if (_measured.TryGetValue(name, out var values) && _measured.TryGetValue(to, out var others))
            report.Add(
                Figure.Median($"grpc/{name} {(unit == "ratio" ? "to" : "above")} {to}", unit, values.Zip(others, compare)) with
                {
                    AtLeast = atLeast,
                    AtMost = atMost,
                }
            );
    }

    private async Task<double> EchoAsync()
    {
        var grpcPort = ChildServer.FreePort();
        using var server = await ChildServer
            .StartAsync("/", port => [typeof(ChildServer).Assembly.Location, "bare-grpc", "--port", $"{port}", "--grpc-port", $"{grpcPort}"])
            .ConfigureAwait(false);
        return await EnqueueOneByOneAsync(new Uri($"http://127.0.0.1:{grpcPort}")).ConfigureAwait(false);
    }

    private async Task<double> OnServerAsync(Func<Uri, Task<double>> measure, long messages = 0)
    {
        using var folder = new TemporaryFolder(directory);
        var address = $"http://127.0.0.1:{ChildServer.FreePort()}";
        using var server = await ChildServer.TimestoneAsync(folder.Path, "--grpc-urls", address).ConfigureAwait(false);
        await RestBench.PrepareAsync(server, messages, TimeSpan.FromHours(1)).ConfigureAwait(false);
        return await measure(new Uri(address)).ConfigureAwait(false);
    }

    private async Task<double> RestAsync(string job, long messages)
    {
        using var folder = new TemporaryFolder(directory);
        using var server = await ChildServer.TimestoneAsync(folder.Path).ConfigureAwait(false);
        await RestBench.PrepareAsync(server, messages, TimeSpan.FromHours(1)).ConfigureAwait(false);
        var plan = new LoadPlan
        {
            Port = server.Port,
            WarmupSeconds = WarmUp,
            Seconds = seconds,
            Groups =
            [
                new()
                {
                    Name = job,
                    Job = job,
                    Queue = "bench",
                    Callers = Callers,
                    Batch = 1,
                },
            ],
        };
        return (await LoadProcess.RunAsync(plan).ConfigureAwait(false))[job].Messages;
    }

    private async Task<double> EnqueueOneByOneAsync(Uri address)
    {
        using var channel = GrpcChannel.ForAddress(address);
        var client = new V1.Timestone.TimestoneClient(channel);
        var counter = new Counter();
        var callers = Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(client, caller, counter)));
        return await RateAsync(counter, callers).ConfigureAwait(false);
    }

    private static async Task CallAsync(V1.Timestone.TimestoneClient client, int caller, Counter counter)
    {
        for (var i = 0; !counter.IsOver; i++)
        {
            var answer = await client
                .EnqueueAsync(new V1.EnqueueRequest { Queue = "bench", Messages = { Message($"m-{caller}-{i}") } })
                .ResponseAsync.ConfigureAwait(false);
            Expect(answer.Results[0].Error is null);
            counter.Add(1);
        }
    }

    private async Task<double> EnqueueStreamedAsync(Uri address, int frame)
    {
        using var channel = GrpcChannel.ForAddress(address);
        using var call = new V1.Timestone.TimestoneClient(channel).EnqueueStream();
        var counter = new Counter();
        using var free = new SemaphoreSlim(InFlight);
        return await RateAsync(counter, [SendAsync(), ReceiveAsync()]).ConfigureAwait(false);

        async Task SendAsync()
        {
            for (var i = 0; !counter.IsOver;)
            {
                // What there is room for goes in one frame, as a producer sends what has gathered meanwhile.
                await free.WaitAsync().ConfigureAwait(false);
                var request = new V1.EnqueueRequest { Queue = "bench" };
                do
                    request.Messages.Add(Message($"m-{i++}"));
                while (request.Messages.Count < frame && free.Wait(0));
                await call.RequestStream.WriteAsync(request).ConfigureAwait(false);
            }

            await call.RequestStream.CompleteAsync().ConfigureAwait(false);
        }

        async Task ReceiveAsync()
        {
            await foreach (var list in call.ResponseStream.ReadAllAsync().ConfigureAwait(false))
            {
                foreach (var result in list.Results)
                    Expect(result.Error is null);
                free.Release(list.Results.Count);
                counter.Add(list.Results.Count);
            }
        }
    }

    private async Task<double> WorkAsync(Uri address)
    {
        var counter = new Counter();
        using var client = Client(address);
        using var worker = new TimestoneWorker(
            client,
            "bench",
            new Handling(_ => counter.Add(1)),
            new TimestoneWorkerOptions { Concurrency = Handlers, Prefetch = InFlight - Handlers }
        );
        await worker.StartAsync(CancellationToken.None).ConfigureAwait(false);
        var rate = await RateAsync(counter, []).ConfigureAwait(false);
        await worker.StopAsync(CancellationToken.None).ConfigureAwait(false);
        return rate;
    }

    // From before the enqueue is sent to the handler, at a pace that leaves the server idle between messages. In ms.
    private async Task<double> ReachHandlerAsync(Uri address)
    {
        var times = new List<double>();
        var counter = new Counter();
        using var client = Client(address);
        using var worker = new TimestoneWorker(
            client,
            "bench",
            new Handling(message =>
            {
                counter.Add(1);
                var took = Stopwatch.GetElapsedTime(long.Parse(message.Id, CultureInfo.InvariantCulture));
                lock (times)
                    times.Add(took.TotalMilliseconds);
            }),
            new TimestoneWorkerOptions { Concurrency = Handlers, Prefetch = Handlers }
        );
        await worker.StartAsync(CancellationToken.None).ConfigureAwait(false);
        await RateAsync(counter, [PaceAsync()]).ConfigureAwait(false);
        await worker.StopAsync(CancellationToken.None).ConfigureAwait(false);
        times.RemoveRange(0, times.Count / 3);
        times.Sort();
        return times[times.Count / 2];

        async Task PaceAsync()
        {
            var began = Stopwatch.GetTimestamp();
            for (var sent = 0; !counter.IsOver;)
            {
                for (; sent < Stopwatch.GetElapsedTime(began).TotalSeconds * PerSecond; sent++)
                {
                    var id = Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture);
                    _ = client.EnqueueAsync("bench", [new NewMessage { Id = id, Payload = global::Timestone.Payload.FromText(Payload) }]);
                }

                await Task.Delay(1).ConfigureAwait(false);
            }
        }
    }

    private async Task<double> RateAsync(Counter counter, IEnumerable<Task> load)
    {
        var running = load.ToArray();
        await Task.Delay(TimeSpan.FromSeconds(WarmUp)).ConfigureAwait(false);
        var (began, before) = (Stopwatch.GetTimestamp(), counter.Count);
        await Task.Delay(TimeSpan.FromSeconds(seconds)).ConfigureAwait(false);
        var rate = (counter.Count - before) / Stopwatch.GetElapsedTime(began).TotalSeconds;
        counter.IsOver = true;
        await Task.WhenAll(running).ConfigureAwait(false);
        return rate;
    }

    private static TimestoneClient Client(Uri address) =>
        new(new TimestoneClientOptions { Address = address, Protocol = TimestoneProtocol.Grpc });

    private static V1.NewMessage Message(string id) => new() { Id = id, Payload = new() { Json = Payload } };

    private static void Expect(bool holds)
    {
        if (!holds)
            throw new InvalidOperationException("A message was refused.");
    }

    private sealed class Counter
    {
        private long _count;

        public volatile bool IsOver;

        public long Count => Volatile.Read(ref _count);

        public void Add(int more) => Interlocked.Add(ref _count, more);
    }

    private sealed class Handling(Action<Message> handle) : IMessageHandler
    {
        public Task HandleAsync(MessageContext context, CancellationToken cancellationToken)
        {
            handle(context.Message);
            return Task.CompletedTask;
        }
    }
}
