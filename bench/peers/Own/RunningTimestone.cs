using Timestone.Bench.Peers.Load;
using Timestone.Bench.Peers.Servers;
using Timestone.Client;

namespace Timestone.Bench.Peers.Own;

/// <summary>One client for all callers, and a worker that fetches ahead: over gRPC from its stream.</summary>
internal sealed class RunningTimestone : InProcessPeer
{
    private const int EnoughPerSecond = 120_000,
        FillBatch = 1000,
        FillCallers = 8;

    private readonly GuardedServer _server;
    private readonly TimestoneClient _client;
    private readonly StreamedEnqueues? _stream;
    private readonly Way _way;

    private RunningTimestone(Lengths lengths, GuardedServer server, Uri address, Way way)
        : base(lengths, EnoughPerSecond)
    {
        _server = server;
        _way = way;
        _stream = way == Way.Stream ? new(address) : null;
        _client = new(
            new TimestoneClientOptions { Address = address, Protocol = way == Way.Rest ? TimestoneProtocol.Http : TimestoneProtocol.Grpc }
        );
    }

    public override string Description
    {
        get
        {
            var enqueues = _way switch
            {
                Way.Rest => "one TimestoneClient over REST",
                Way.Grpc => "one TimestoneClient over gRPC",
                _ => "one EnqueueStream for all callers, in each request what has gathered meanwhile",
            };
            return $"its server on files with its defaults, the index in memory included; {enqueues}; a TimestoneWorker over "
                + $"{(_way == Way.Rest ? "REST" : "gRPC, fed by its stream,")} with {Lengths.Handlers} handlers and "
                + $"{Lengths.InFlight - Lengths.Handlers} messages fetched ahead. The server flushes its journal before it answers an "
                + "enqueue, a dequeue or a settlement; one flush covers all that has come meanwhile.";
        }
    }

    public static async Task<RunningTimestone> StartAsync(string directory, Lengths lengths, Way way)
    {
        var http = new Uri($"http://127.0.0.1:{GuardedServer.FreePort()}");
        var grpc = new Uri($"http://127.0.0.1:{GuardedServer.FreePort()}");
        using var probe = new HttpClient();
        var server = await GuardedServer
            .StartAsync(
                directory,
                folder =>
                    new(
                        "dotnet",
                        [
                            Path.Combine(AppContext.BaseDirectory, "timestone-server.dll"),
                            "--urls",
                            http.GetLeftPart(UriPartial.Authority),
                            "--grpc-urls",
                            way == Way.Rest ? "off" : grpc.GetLeftPart(UriPartial.Authority),
                            "--data",
                            Path.Combine(folder, "data"),
                        ]
                    ),
                async () =>
                {
                    using var answer = await probe.GetAsync(new Uri(http, "readyz")).ConfigureAwait(false);
                    return answer.IsSuccessStatusCode;
                }
            )
            .ConfigureAwait(false);
        return new(lengths, server, way == Way.Rest ? http : grpc, way);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_stream is not null)
            await _stream.DisposeAsync().ConfigureAwait(false);
        _client.Dispose();
        _server.Dispose();
    }

    protected override Task CreateAsync(string queue) => _client.CreateQueueAsync(queue, new QueueSettings());

    protected override async Task SendAsync(string queue, int caller, string text)
    {
        if (_stream is not null)
        {
            await _stream.EnqueueAsync(queue, text).ConfigureAwait(false);
            return;
        }

        var results = await _client.EnqueueAsync(queue, [new NewMessage { Payload = Payload.FromText(text) }]).ConfigureAwait(false);
        results[0].ThrowIfError();
    }

    protected override Task FillAsync(string queue, long messages)
    {
        var message = new NewMessage { Payload = Payload.FromText(Text) };
        return Parallel.ForAsync(
            0,
            (messages + FillBatch - 1) / FillBatch,
            new ParallelOptions { MaxDegreeOfParallelism = FillCallers },
            async (_, cancellationToken) =>
            {
                var results = await _client
                    .EnqueueAsync(queue, [.. Enumerable.Repeat(message, FillBatch)], cancellationToken)
                    .ConfigureAwait(false);
                foreach (var result in results)
                    result.ThrowIfError();
            }
        );
    }

    protected override async Task<IAsyncDisposable> WorkAsync(string queue, Action<string> handle)
    {
        var worker = new TimestoneWorker(
            _client,
            queue,
            new Handler(handle),
            new TimestoneWorkerOptions { Concurrency = Lengths.Handlers, Prefetch = Lengths.InFlight - Lengths.Handlers }
        );
        await worker.StartAsync(CancellationToken.None).ConfigureAwait(false);
        return new Stopping(async () =>
        {
            await worker.StopAsync(CancellationToken.None).ConfigureAwait(false);
            worker.Dispose();
        });
    }

    private sealed class Handler(Action<string> handle) : IMessageHandler
    {
        public Task HandleAsync(MessageContext context, CancellationToken cancellationToken)
        {
            handle(context.Message.Payload.ToString().Trim('"'));
            return Task.CompletedTask;
        }
    }
}
