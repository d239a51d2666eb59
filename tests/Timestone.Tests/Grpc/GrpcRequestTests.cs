using System.Net;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Grpc.Health.V1;
using Shouldly;
using Xunit;
using V1 = Timestone.Grpc.V1;

namespace Timestone.Tests.Grpc;

/// <summary>Requests as other languages' clients can send them.</summary>
public sealed class GrpcRequestTests(GrpcServer server) : IClassFixture<GrpcServer>
{
    private static readonly Marshaller<byte[]> Raw = new(static bytes => bytes, static bytes => bytes);

    private readonly V1.Timestone.TimestoneClient _client = server.Client;
    private readonly string _queue = GrpcServer.NewQueue();

    [Fact]
    public async Task What_is_not_given_has_its_default()
    {
        await _client.EnqueueAsync(new() { Queue = _queue, Messages = { new V1.NewMessage() } });
        var created = await _client.GetQueueAsync(new() { Queue = _queue });
        created.Settings.MaxAttempts.ShouldBe(new QueueSettings().MaxAttempts);
        created.Settings.Lease.ToTimeSpan().ShouldBe(new QueueSettings().Lease);
        var leased = await _client.DequeueAsync(new() { Queue = _queue });
        leased.Messages.ShouldHaveSingleItem().Payload.ShouldBeNull();
    }

    [Fact]
    public async Task An_update_changes_what_is_given_and_nothing_else()
    {
        await _client.CreateQueueAsync(new() { Queue = _queue, Settings = new V1.QueueSettings { MaxAttempts = 3, MaxDepth = 9 } });
        var changed = await _client.UpdateQueueAsync(
            new() { Queue = _queue, Settings = new V1.QueueSettings { MaxDepth = 0, EnqueueBlocked = true } }
        );
        (changed.Settings.MaxAttempts, changed.Settings.MaxDepth, changed.Settings.EnqueueBlocked).ShouldBe((3, 0, true));
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    public async Task A_priority_is_kept_to_its_last_bit(long priority)
    {
        await _client.EnqueueAsync(new() { Queue = _queue, Messages = { new V1.NewMessage { Id = "m", Priority = priority } } });
        (await _client.GetMessageAsync(new() { Queue = _queue, Id = "m" })).Priority.ShouldBe(priority);
    }

    [Fact]
    public async Task A_payload_is_given_back_as_JSON_or_as_bytes_as_it_came()
    {
        await _client.EnqueueAsync(new()
        {
            Queue = _queue,
            Messages =
            {
                new V1.NewMessage { Id = "json", Payload = new V1.Payload { Json = """ { "a": "ä\u00e4" } """ } },
                new V1.NewMessage { Id = "data", Payload = new V1.Payload { Data = ByteString.CopyFrom(0, 255) } },
                new V1.NewMessage { Id = "empty", Payload = new V1.Payload { Data = ByteString.Empty } },
            },
        });
        (await PayloadAsync("json")).Json.ShouldBe("""{ "a": "ä\u00e4" }""");
        (await PayloadAsync("data")).Data.ToByteArray().ShouldBe([0, 255]);
        (await PayloadAsync("empty")).KindCase.ShouldBe(V1.Payload.KindOneofCase.Data);
    }

    [Fact]
    public async Task An_item_that_is_refused_keeps_no_other_from_succeeding()
    {
        var results = await _client.EnqueueAsync(new()
        {
            Queue = _queue,
            Messages = { new V1.NewMessage { Id = "/" }, new V1.NewMessage { Id = "good" } },
        });
        (results.Results[0].Error.Code, results.Results[0].Error.Field).ShouldBe(("invalid_argument", "id"));
        results.Results[1].State.ShouldBe(V1.MessageState.Pending);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("1 2")]
    public async Task JSON_that_is_none_refuses_the_call_and_says_whose_it_is(string json) =>
        await RefusedAsync(
            "messages[1].payload",
            _client.EnqueueAsync(new()
            {
                Queue = _queue,
                Messages = { new V1.NewMessage(), new V1.NewMessage { Payload = new V1.Payload { Json = json } } },
            })
        );

    [Fact]
    public async Task Times_and_durations_that_are_none_refuse_the_call()
    {
        await RefusedAsync("messages[0].leaseSeconds", EnqueueAsync(new() { Lease = new Duration { Seconds = 1, Nanos = -1 } }));
        await RefusedAsync("messages[0].invisibleSeconds", EnqueueAsync(new() { Invisible = new Duration { Seconds = long.MaxValue } }));
        await RefusedAsync("messages[0].deadline", EnqueueAsync(new() { Deadline = new Timestamp { Seconds = long.MaxValue } }));
        await RefusedAsync(
            "messages[0].priorityOffsetSeconds",
            EnqueueAsync(new() { PriorityOffset = new Duration { Seconds = -1, Nanos = 1 } })
        );
        await RefusedAsync("messages[0].visibleAt", EnqueueAsync(new() { VisibleAt = new Timestamp { Nanos = -1 } }));
        await RefusedAsync("waitSeconds", _client.DequeueAsync(new() { Queue = _queue, Wait = new Duration { Nanos = int.MinValue } }));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(7)]
    [InlineData(257)]
    [InlineData(int.MaxValue)]
    public async Task A_number_that_no_name_has_refuses_the_call(int number)
    {
        await _client.CreateQueueAsync(new() { Queue = _queue });
        await RefusedAsync("state", _client.GetDepthAsync(new() { Queue = _queue, State = (V1.MessageState)number }));
        await RefusedAsync("state", _client.PurgeAsync(new() { Queue = _queue, Scope = (V1.PurgeScope)number }));
        await RefusedAsync("order", _client.SearchMessagesAsync(new() { Order = (V1.SearchOrder)number }));
        await RefusedAsync(
            "type",
            _client.CreateQueueAsync(new()
            {
                Queue = GrpcServer.NewQueue(),
                Settings = new V1.QueueSettings { Type = (V1.QueueType)number },
            })
        );
    }

    [Fact]
    public async Task A_purge_that_is_not_told_what_to_remove_removes_nothing()
    {
        await EnqueueAsync(new());
        await RefusedAsync("state", _client.PurgeAsync(new() { Queue = _queue }));
        (await _client.GetDepthAsync(new() { Queue = _queue })).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Text_that_is_no_UTF_8_is_refused_and_not_mended()
    {
        // The message's id, then its payload as JSON: a byte that begins nothing.
        await RefusedAsync("request", RawAsync("Enqueue", [0x12, 0x03, 0x0a, 0x01, 0xff]));
        await RefusedAsync("request", RawAsync("Enqueue", [0x12, 0x07, 0x12, 0x05, 0x0a, 0x03, 0x22, 0xff, 0x22]));
    }

    [Fact]
    public async Task A_request_that_is_no_protobuf_is_refused() =>
        await RefusedAsync("request", RawAsync("Enqueue", [0x12, 0x7f, 0x01]));

    [Fact]
    public async Task A_request_beyond_the_limit_of_bytes_is_refused_and_one_within_it_is_not()
    {
        var most = ByteString.CopyFrom(new byte[Limits.MaxPayloadBytes]);
        await _client.CreateQueueAsync(new()
        {
            Queue = _queue,
            Settings = new V1.QueueSettings { MaxPayloadBytes = Limits.MaxPayloadBytes },
        });
        var two = new V1.EnqueueRequest { Queue = _queue, Messages = { Message(most), Message(most) } };
        (await _client.EnqueueAsync(two)).Results.ShouldAllBe(static result => result.Error == null);
        var three = new V1.EnqueueRequest { Queue = _queue, Messages = { Message(most), Message(most), Message(most) } };
        (await GrpcServer.RefusedAsync(_client.EnqueueAsync(three))).StatusCode.ShouldBe(StatusCode.ResourceExhausted);

        static V1.NewMessage Message(ByteString bytes) => new() { Payload = new V1.Payload { Data = bytes } };
    }

    [Fact]
    public async Task A_wait_ends_in_time_for_its_answer_before_the_calls_deadline()
    {
        await _client.CreateQueueAsync(new() { Queue = _queue });
        var answer = await _client.DequeueAsync(
            new() { Queue = _queue, Wait = new Duration { Seconds = 30 } },
            deadline: DateTime.UtcNow.AddSeconds(2)
        );
        answer.Messages.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_watch_ends_in_time_for_its_answer_before_the_calls_deadline()
    {
        await _client.EnqueueAsync(new() { Queue = _queue, Messages = { new V1.NewMessage() } });
        var held = (await _client.DequeueAsync(new() { Queue = _queue })).Messages[0];
        var watch = new V1.WatchLeasesRequest
        {
            Queue = _queue,
            Leases = { new V1.LeaseReference { Id = held.Id, LeaseToken = held.LeaseToken } },
            Wait = new Duration { Seconds = 30 },
        };
        (await _client.WatchLeasesAsync(watch, deadline: DateTime.UtcNow.AddSeconds(2))).Results.ShouldBeEmpty();
    }

    [Fact]
    public async Task Health_is_told_by_the_standards_service()
    {
        var health = new Health.HealthClient(server.Channel);
        foreach (var service in new[] { "", "timestone.v1.Timestone" })
            (await health.CheckAsync(new HealthCheckRequest { Service = service })).Status.ShouldBe(
                HealthCheckResponse.Types.ServingStatus.Serving
            );
    }

    [Fact]
    public async Task A_compressed_request_is_not_taken()
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Server.GrpcAddress!, "timestone.v1.Timestone/GetQueue"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([1, 0, 0, 0, 0]),
        };
        request.Content.Headers.ContentType = new("application/grpc");
        request.Headers.Add("grpc-encoding", "gzip");
        using var response = await http.SendAsync(request);
        response.Headers.Concat(response.TrailingHeaders).Single(static header => header.Key == "grpc-status").Value.ShouldBe(["12"]);
    }

    [Fact]
    public async Task A_method_that_there_is_not_is_unimplemented() =>
        (await Should.ThrowAsync<RpcException>(RawAsync("Dream", []))).StatusCode.ShouldBe(StatusCode.Unimplemented);

    private Task<V1.ResultList> EnqueueAsync(V1.NewMessage message) =>
        _client.EnqueueAsync(new() { Queue = _queue, Messages = { message } }).ResponseAsync;

    private async Task<V1.Payload> PayloadAsync(string id) => (await _client.GetMessageAsync(new() { Queue = _queue, Id = id })).Payload;

    private Task<byte[]> RawAsync(string method, byte[] request) =>
        server
            .Channel.CreateCallInvoker()
            .AsyncUnaryCall(
                new Method<byte[], byte[]>(MethodType.Unary, V1.Timestone.Descriptor.FullName, method, Raw, Raw),
                null,
                default,
                request
            )
            .ResponseAsync;

    private static Task RefusedAsync<T>(string field, AsyncUnaryCall<T> call) => RefusedAsync(field, call.ResponseAsync);

    private static async Task RefusedAsync<T>(string field, Task<T> call)
    {
        var refusal = await Should.ThrowAsync<RpcException>(call);
        refusal.StatusCode.ShouldBe(StatusCode.InvalidArgument, refusal.ToString());
        refusal.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.ShouldHaveSingleItem().Field.ShouldBe(field);
    }
}
