using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Shouldly;
using Xunit;
using V1 = Timestone.Grpc.V1;

namespace Timestone.Tests.Grpc;

/// <summary>Whatever bytes come, the server answers in the words of the protobuf, and goes on.</summary>
public sealed class GrpcFuzzTests(GrpcServer server, ITestOutputHelper output) : IClassFixture<GrpcServer>
{
    private static readonly Marshaller<byte[]> Raw = new(static bytes => bytes, static bytes => bytes);

    // What our codes mean. What escapes from a handler would be Unknown, what breaks the framework Internal.
    private static readonly HashSet<StatusCode> Meant =
    [
        .. System.Enum.GetValues<ErrorCode>().Select(static code => (StatusCode)code.Meaning().GrpcStatus),
    ];

    private readonly string _queue = GrpcServer.NewQueue();

    private (string Method, IMessage Request)[] Requests =>
        [
            ("CreateQueue", new V1.CreateQueueRequest { Queue = _queue, Settings = new() { MaxAttempts = 3 } }),
            ("UpdateQueue", new V1.UpdateQueueRequest { Queue = _queue, Settings = new() { Lease = new() { Seconds = 9 } } }),
            ("ListQueues", new V1.ListQueuesRequest { Limit = 3, Cursor = "q" }),
            ("Enqueue", new V1.EnqueueRequest { Queue = _queue, Messages = { Message("a"), Message("b") } }),
            ("Dequeue", new V1.DequeueRequest { Queue = _queue, Max = 2, Worker = "w", RequestId = "r", Filter = { ["k"] = "v" } }),
            ("Settle", new V1.SettleRequest { Queue = _queue, Settlements = { new V1.Settlement { Id = "a", LeaseToken = "t" } } }),
            ("Extend", new V1.ExtendRequest { Queue = _queue, Extensions = { new V1.LeaseExtension { Id = "a", Progress = "1" } } }),
            ("Cancel", new V1.CancelRequest { Queue = _queue, Cancellations = { new V1.Cancellation { Id = "a", Reason = "why" } } }),
            ("Purge", new V1.PurgeRequest { Queue = _queue, Scope = V1.PurgeScope.Completed }),
            ("GetDepth", new V1.GetDepthRequest { Queue = _queue, State = V1.MessageState.Pending }),
            ("ListMessages", new V1.ListMessagesRequest { Queue = _queue, Limit = 2 }),
            ("SearchMessages", new V1.SearchMessagesRequest { Worker = "w", Limit = 5, EnqueuedFrom = new() { Seconds = 1 } }),
            ("GetHistory", new V1.GetHistoryRequest { Queue = _queue, Id = "a", Limit = 5 }),
            ("GetSearchStats", new V1.GetSearchStatsRequest { Queue = _queue }),
            ("GetQueue", new V1.GetQueueRequest { Queue = _queue }),
            ("GetQueueStats", new V1.GetQueueStatsRequest { Queue = _queue }),
            ("DeleteQueue", new V1.DeleteQueueRequest { Queue = $"{_queue}-2" }),
            ("GetMessage", new V1.GetMessageRequest { Queue = _queue, Id = "a" }),
            ("Redrive", new V1.RedriveRequest { Queue = _queue, Id = "a" }),
            ("RedriveAll", new V1.RedriveAllRequest { Queue = _queue }),
            ("WatchLeases", new V1.WatchLeasesRequest { Queue = _queue, Leases = { new V1.LeaseReference { Id = "a", LeaseToken = "0" } } }),
        ];

    private V1.EnqueueRequest[] Enqueues =>
        [new() { Queue = _queue, Messages = { Message("c") } }, new() { Queue = _queue, Messages = { Message("d"), Message("e") } }];

    private V1.WorkRequest[] Work =>
        [
            new() { Start = new() { Queue = _queue, Worker = "w", Filter = { ["k"] = "v" } }, Credit = new() { Messages = 5 } },
            new() { Begin = { new V1.LeaseReference { Id = "a", LeaseToken = "0" } }, Credit = new() { Bytes = 10 } },
            new() { Settlements = { new V1.Settlement { Id = "a", LeaseToken = "t", Result = "1" } } },
            new() { Extensions = { new V1.LeaseExtension { Id = "a", Progress = "1", Lease = new() { Seconds = 5 } } } },
        ];

    [Fact]
    public async Task Mutated_requests_are_answered_or_refused_by_a_code_of_ours()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var outcomes = new Dictionary<StatusCode, int>();
        Requests.Select(static one => one.Method).ShouldBe(MethodsOf(streaming: false), ignoreOrder: true);
        foreach (var (method, request) in Enumerable.Repeat(Requests, 150).SelectMany(static all => all))
        {
            var status = await CallAsync(method, Mutated(request.ToByteArray(), random));
            outcomes[status] = outcomes.GetValueOrDefault(status) + 1;
        }

        output.WriteLine(string.Join(", ", outcomes));
        outcomes.Keys.Except(Meant).ShouldBe([StatusCode.OK]);
        outcomes[StatusCode.OK].ShouldBeGreaterThan(100);
        outcomes[StatusCode.InvalidArgument].ShouldBeGreaterThan(100);
    }

    [Fact]
    public async Task Mutated_streams_are_answered_or_refused_by_a_code_of_ours()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var outcomes = new Dictionary<StatusCode, int>();
        await CallAsync("Enqueue", Enqueues[0].ToByteArray());
        (string Method, IMessage[] Requests)[] streams = [("EnqueueStream", Enqueues), ("Work", Work)];
        streams.Select(static one => one.Method).ShouldBe(MethodsOf(streaming: true), ignoreOrder: true);
        foreach (var (method, requests) in Enumerable.Repeat(streams, 150).SelectMany(static all => all))
        {
            var mutated = random.Next(requests.Length);
            var status = await StreamAsync(
                method,
                [.. requests.Select((request, i) => i == mutated ? Mutated(request.ToByteArray(), random) : request.ToByteArray())]
            );
            outcomes[status] = outcomes.GetValueOrDefault(status) + 1;
        }

        output.WriteLine(string.Join(", ", outcomes));
        outcomes.Keys.Except(Meant).ShouldBe([StatusCode.OK]);
        outcomes[StatusCode.OK].ShouldBeGreaterThan(10);
        outcomes[StatusCode.InvalidArgument].ShouldBeGreaterThan(30);
    }

    [Fact]
    public async Task Thousands_of_calls_that_are_reset_at_once_leave_a_server_that_answers()
    {
        var resets = 0;
        await Parallel.ForAsync(0, 3000, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (_, _) =>
        {
            using var reset = new CancellationTokenSource();
            using var call = server.Client.DequeueAsync(
                new V1.DequeueRequest { Queue = _queue, Wait = new Duration { Seconds = 30 } }, cancellationToken: reset.Token
            );
            await reset.CancelAsync();
            if ((await Should.ThrowAsync<RpcException>(call.ResponseAsync)).StatusCode == StatusCode.Cancelled)
                Interlocked.Increment(ref resets);
        });
        resets.ShouldBeGreaterThan(1000);

        // In another queue: what was reset may still have leased from that one.
        var other = GrpcServer.NewQueue();
        await server.Client.EnqueueAsync(new V1.EnqueueRequest { Queue = other, Messages = { Message("a") } });
        (await server.Client.DequeueAsync(new V1.DequeueRequest { Queue = other })).Messages.ShouldHaveSingleItem();
    }

    // A wait may have come of it.
    private static DateTime Deadline => DateTime.UtcNow.AddSeconds(5);

    private static V1.NewMessage Message(string id) =>
        new()
        {
            Id = id,
            Payload = new V1.Payload { Json = "{}" },
            Metadata = { ["k"] = "v" },
            Deadline = new Timestamp { Seconds = 1_767_225_600 },
        };

    private static byte[] Mutated(byte[] bytes, Random random)
    {
        var mutated = bytes.ToList();
        for (var i = random.Next(4); i >= 0 && mutated.Count > 0; i--)
        {
            var at = random.Next(mutated.Count);
            switch (random.Next(5))
            {
                case 0:
                    mutated[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    mutated[at] = (byte)random.Next(256);
                    break;
                case 2:
                    mutated.RemoveRange(at, mutated.Count - at);
                    break;
                case 3:
                    mutated.InsertRange(at, mutated.GetRange(at, random.Next(mutated.Count - at)));
                    break;
                default:
                    mutated.Insert(at, 0xff);
                    break;
            }
        }

        return [.. mutated];
    }

    private static IEnumerable<string> MethodsOf(bool streaming) =>
        V1.Timestone.Descriptor.Methods.Where(method => method.IsServerStreaming == streaming).Select(static method => method.Name);

    // Says everything, then listens to the end.
    private async Task<StatusCode> StreamAsync(string method, byte[][] requests)
    {
        var definition = new Method<byte[], byte[]>(MethodType.DuplexStreaming, V1.Timestone.Descriptor.FullName, method, Raw, Raw);
        using var call = server.Channel.CreateCallInvoker().AsyncDuplexStreamingCall(definition, null, new(deadline: Deadline));
        try
        {
            foreach (var request in requests)
                await call.RequestStream.WriteAsync(request);
            await call.RequestStream.CompleteAsync();
        }
        catch (Exception refused) when (refused is RpcException or InvalidOperationException)
        {
            // Reading tells why.
        }

        try
        {
            await foreach (var _ in call.ResponseStream.ReadAllAsync())
                ;
            return StatusCode.OK;
        }
        catch (RpcException refusal)
        {
            return refusal.StatusCode;
        }
    }

    private async Task<StatusCode> CallAsync(string method, byte[] request)
    {
        try
        {
            var definition = new Method<byte[], byte[]>(MethodType.Unary, V1.Timestone.Descriptor.FullName, method, Raw, Raw);
            await server.Channel.CreateCallInvoker().AsyncUnaryCall(definition, null, new(deadline: Deadline), request);
            return StatusCode.OK;
        }
        catch (RpcException refusal)
        {
            return refusal.StatusCode;
        }
    }
}
