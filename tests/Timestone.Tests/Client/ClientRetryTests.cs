using System.Net;
using System.Net.Sockets;
using Shouldly;
using Timestone.Client;
using Timestone.Tests.Client.Support;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Client;

public sealed class ClientRetryTests
{
    private const string Count = """{"count":7}""";

    public static TheoryData<string> PassingFailures => ["503", "502", "504", "reset before the answer", "reset within the answer"];

    [Theory]
    [MemberData(nameof(PassingFailures))]
    public async Task What_passes_by_itself_is_tried_again(string failure)
    {
        var reply = failure switch
        {
            "reset before the answer" => Replies.ResetBeforeTheAnswer,
            "reset within the answer" => Replies.ResetWithinTheAnswer,
            _ => Replies.Status(int.Parse(failure)),
        };
        await using var server = await StubServer.StartAsync(reply, reply, Replies.Json(Count));
        using var client = Impatient(server);

        (await client.GetDepthAsync("q")).ShouldBe(7);
        server.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_deletion_whose_answer_is_lost_on_a_connection_used_before_is_found_done_by_its_second_try()
    {
        await using var server = await StubServer.StartAsync(
            Replies.Json(Count),
            Replies.CloseBeforeTheAnswer,
            Replies.Problem(404, "queue_not_found")
        );
        using var client = Impatient(server);
        await client.GetDepthAsync("q");

        await client.DeleteQueueAsync("q");
        server.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task No_change_is_sent_twice_by_one_try()
    {
        await using var server = await StubServer.StartAsync(
            Replies.Json(Count),
            Replies.CloseBeforeTheAnswer,
            Replies.Json("""{"id":"m","state":"pending","version":2,"duplicate":true}""")
        );
        using var client = new TimestoneClient(new TimestoneClientOptions { Address = server.Address, RetryFor = TimeSpan.Zero });
        await client.GetDepthAsync("q");

        (await Should.ThrowAsync<TimestoneException>(client.RedriveAsync("q", "m"))).Code.ShouldBe(ErrorCode.Unavailable);
        server.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_connection_that_is_reset_as_it_is_made_is_a_failed_try()
    {
        using var handler = new ResetAtOnce();
        using var client = new TimestoneClient(new TimestoneClientOptions { RetryFor = TimeSpan.Zero }, handler);

        var refusal = await Should.ThrowAsync<TimestoneException>(client.GetDepthAsync("q"));
        refusal.Code.ShouldBe(ErrorCode.Unavailable);
        refusal.Message.ShouldContain("Nothing was done");
    }

    [Theory]
    [InlineData(400, "invalid_argument")]
    [InlineData(404, "queue_not_found")]
    [InlineData(409, "lease_lost")]
    [InlineData(429, "queue_full")]
    [InlineData(500, "oops")]
    public async Task What_would_be_refused_again_is_not_tried_again(int status, string code)
    {
        await using var server = await StubServer.StartAsync(Replies.Problem(status, code));
        using var client = Impatient(server);

        await Should.ThrowAsync<TimestoneException>(client.GetDepthAsync("q"));
        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_server_says_how_long_to_leave_it_alone()
    {
        var clock = new ManualTimeProvider();
        await using var server = await StubServer.StartAsync(Replies.Unavailable(retryAfterSeconds: 7), Replies.Json(Count));
        using var client = Client(server, clock);

        var depth = client.GetDepthAsync("q");
        await clock.TimerAsync(due => due == TimeSpan.FromSeconds(7));
        server.Requests.Count.ShouldBe(1);
        clock.Advance(TimeSpan.FromSeconds(7));
        (await depth).ShouldBe(7);
    }

    [Fact]
    public async Task A_server_that_wants_to_be_left_alone_for_longer_than_retries_last_is_unavailable_at_once()
    {
        await using var server = await StubServer.StartAsync(Replies.Unavailable(retryAfterSeconds: 3600));
        using var client = Client(server, new ManualTimeProvider());

        var refusal = await Should.ThrowAsync<TimestoneException>(client.GetDepthAsync("q"));
        refusal.Code.ShouldBe(ErrorCode.Unavailable);
        refusal.Message.ShouldContain("about unavailable");
    }

    [Fact]
    public async Task Retries_end()
    {
        var clock = new ManualTimeProvider();
        var asked = new TaskCompletionSource();
        var late = new TaskCompletionSource();
        await using var server = await StubServer.StartAsync(
            Replies.Unavailable(retryAfterSeconds: 20),
            Replies.Unavailable(retryAfterSeconds: 9),
            Replies.Held(asked, late.Task, Replies.Status(503))
        );
        using var client = Client(server, clock);

        var depth = client.GetDepthAsync("q");
        await clock.TimerAsync(due => due == TimeSpan.FromSeconds(20));
        clock.Advance(TimeSpan.FromSeconds(20));
        await clock.TimerAsync(due => due == TimeSpan.FromSeconds(9));
        clock.Advance(TimeSpan.FromSeconds(9));
        await asked.Task.Guarded("the third try");
        clock.Advance(TimeSpan.FromSeconds(1));
        late.SetResult();

        var refusal = await Should.ThrowAsync<TimestoneException>(depth);
        refusal.Code.ShouldBe(ErrorCode.Unavailable);
        refusal.Message.ShouldContain("Tried 3 times");
        refusal.Message.ShouldContain("outcome is unknown");
        refusal.InnerException.ShouldBeOfType<HttpRequestException>().StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task A_try_ends_when_its_time_is_over()
    {
        var clock = new ManualTimeProvider();
        var asked = new TaskCompletionSource();
        await using var server = await StubServer.StartAsync(Replies.Never(asked), Replies.Json(Count));
        using var client = Client(server, clock);

        var depth = client.GetDepthAsync("q");
        await asked.Task.Guarded("the request");
        clock.Advance(TimeSpan.FromSeconds(15));
        await clock.TimerAsync(due => due < TimeSpan.FromSeconds(15));
        clock.Advance(TimeSpan.FromSeconds(5));
        (await depth).ShouldBe(7);
    }

    [Fact]
    public async Task A_dequeue_may_take_longer_by_what_it_waits()
    {
        var clock = new ManualTimeProvider();
        var asked = new TaskCompletionSource();
        await using var server = await StubServer.StartAsync(Replies.Never(asked), Replies.Json("""{"messages":[]}"""));
        using var client = Client(server, clock);

        var dequeue = client.DequeueAsync("q", new DequeueRequest { Wait = TimeSpan.FromSeconds(12) });
        await asked.Task.Guarded("the request");
        clock.Advance(TimeSpan.FromSeconds(26.9));
        server.Requests.Count.ShouldBe(1);
        clock.Advance(TimeSpan.FromSeconds(0.1));
        await clock.TimerAsync(due => due < TimeSpan.FromSeconds(15));
        clock.Advance(TimeSpan.FromSeconds(5));
        (await dequeue).Messages.ShouldBeEmpty();
        server.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task With_nobody_there_it_says_that_nothing_was_sent()
    {
        using var client = new TimestoneClient(
            new TimestoneClientOptions { Address = new Uri($"http://127.0.0.1:{UnusedPort()}"), RetryFor = TimeSpan.Zero }
        );

        var refusal = await Should.ThrowAsync<TimestoneException>(client.GetDepthAsync("q"));
        refusal.Code.ShouldBe(ErrorCode.Unavailable);
        refusal.Message.ShouldContain("Nothing was done");
        refusal.InnerException.ShouldBeOfType<HttpRequestException>();
    }

    [Fact]
    public async Task Messages_keep_their_ids_from_one_try_to_the_next()
    {
        await using var server = await StubServer.StartAsync(
            Replies.ResetBeforeTheAnswer,
            Replies.Json(
                """{"results":[{"id":"a","state":"pending","version":1,"duplicate":false},{"id":"b","state":"pending","version":1,"duplicate":false}]}"""
            )
        );
        using var client = Impatient(server);

        await client.EnqueueAsync("q", [new NewMessage { Id = "a" }, new NewMessage()]);

        var ids = server
            .Requests.Select(request => request.Json["messages"]!.AsArray().Select(message => message!["id"]!.GetValue<string>()).ToArray())
            .ToArray();
        ids[0][0].ShouldBe("a");
        Guid.TryParseExact(ids[0][1], "N", out _).ShouldBeTrue();
        ids[1].ShouldBe(ids[0]);
    }

    [Fact]
    public async Task A_dequeue_keeps_its_request_id_from_one_try_to_the_next()
    {
        await using var server = await StubServer.StartAsync(Replies.ResetBeforeTheAnswer, Replies.Json("""{"messages":[]}"""));
        using var client = Impatient(server);

        await client.DequeueAsync("q", new DequeueRequest());

        var ids = server.Requests.Select(request => request.Json["requestId"]!.GetValue<string>()).ToArray();
        Guid.TryParseExact(ids[0], "N", out _).ShouldBeTrue();
        ids[1].ShouldBe(ids[0]);
    }

    [Fact]
    public async Task A_queue_that_is_gone_when_its_delete_is_repeated_was_deleted()
    {
        await using var server = await StubServer.StartAsync(Replies.ResetBeforeTheAnswer, Replies.Problem(404, "queue_not_found"));
        using var client = Impatient(server);

        await client.DeleteQueueAsync("q");
        (await Should.ThrowAsync<TimestoneException>(client.DeleteQueueAsync("q"))).Code.ShouldBe(ErrorCode.QueueNotFound);
    }

    [Fact]
    public async Task A_canceled_call_ends_with_its_own_token()
    {
        var asked = new TaskCompletionSource();
        await using var server = await StubServer.StartAsync(Replies.Never(asked));
        using var client = Client(server, new ManualTimeProvider());
        using var cancellation = new CancellationTokenSource();

        var depth = client.GetDepthAsync("q", cancellationToken: cancellation.Token);
        await asked.Task.Guarded("the request");
        await cancellation.CancelAsync();
        (await Should.ThrowAsync<OperationCanceledException>(depth)).CancellationToken.ShouldBe(cancellation.Token);
    }

    [Fact]
    public async Task A_call_can_be_canceled_between_two_tries()
    {
        var clock = new ManualTimeProvider();
        await using var server = await StubServer.StartAsync(Replies.Unavailable(retryAfterSeconds: 7));
        using var client = Client(server, clock);
        using var cancellation = new CancellationTokenSource();

        var depth = client.GetDepthAsync("q", cancellationToken: cancellation.Token);
        await clock.TimerAsync(due => due == TimeSpan.FromSeconds(7));
        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(depth);
        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_call_that_is_canceled_already_sends_nothing()
    {
        await using var server = await StubServer.StartAsync(Replies.Json(Count));
        using var client = Impatient(server);

        await Should.ThrowAsync<OperationCanceledException>(client.GetDepthAsync("q", cancellationToken: new CancellationToken(true)));
        server.Requests.ShouldBeEmpty();
    }

    private static TimestoneClient Client(StubServer server, ManualTimeProvider clock) =>
        new(new TimestoneClientOptions { Address = server.Address }, timeProvider: clock);

    private static TimestoneClient Impatient(StubServer server) =>
        new(
            new TimestoneClientOptions
            {
                Address = server.Address,
                RetryDelay = TimeSpan.FromMilliseconds(1),
                MaxRetryDelay = TimeSpan.FromMilliseconds(1),
            }
        );

    private static int UnusedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class ResetAtOnce : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromException<HttpResponseMessage>(new SocketException((int)SocketError.NotConnected));
    }
}
