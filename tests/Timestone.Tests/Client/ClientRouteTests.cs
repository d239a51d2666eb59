using Shouldly;
using Timestone.Client;
using Timestone.Tests.Client.Support;
using Xunit;

namespace Timestone.Tests.Client;

public sealed class ClientRouteTests
{
    private const string Result = """{"id":"m","state":"pending","version":2,"duplicate":false}""";
    private const string Results = $$"""{"results":[{{Result}}]}""";
    private const string Queue = """{"name":"q","settings":{"type":"simple"},"createdAt":"2026-01-31T12:00:00Z"}""";
    private const string Message =
        """{"queue":"q","id":"m","state":"pending","payload":1,"metadata":{},"priority":1,"version":1,"attempt":0,"attemptsLeft":5,"enqueuedAt":"2026-01-31T12:00:00Z","updatedAt":"2026-01-31T12:00:00Z"}""";

    private const string Stats =
        """{"queue":"q","at":"2026-01-31T12:00:00Z","counts":{"invisible":0,"pending":3,"running":0,"completed":0,"canceled":0,"errored":0},"oldestPendingSeconds":2,"lateness":{"dequeued":0,"late":0,"meanSeconds":0,"maxSeconds":0},"rates":{"enqueued":1.5,"dequeued":0,"completed":0,"failed":0},"removed":{"retention":1,"purge":2,"bound":0}}""";

    private const string Freshness = """{"newestTransition":"2026-01-31T12:00:00Z","lagSeconds":0.5,"incomplete":false}""";
    private const string Found =
        $$"""{"messages":[{"queue":"q","id":"m","life":"1-1","version":1,"state":"pending","priority":1,"metadata":{},"enqueuedAt":"2026-01-31T12:00:00Z","updatedAt":"2026-01-31T12:00:00Z","attempt":0}],"next":"c","freshness":{{Freshness}}}""";
    private const string History =
        $$"""{"transitions":[{"queue":"q","id":"m","life":"1-1","version":1,"to":"pending","cause":"enqueue","at":"2026-01-31T12:00:00Z","attempt":0,"priority":1,"missedDeadline":false,"metadata":{},"enqueuedAt":"2026-01-31T12:00:00Z"}],"next":null,"freshness":{{Freshness}},"incomplete":false}""";
    private const string Figures =
        $$"""{"queues":[{"queue":"q","counts":{"invisible":0,"pending":3,"running":0,"completed":0,"canceled":0,"errored":0},"timeInState":[{"state":"pending","count":1,"p50Seconds":1,"p95Seconds":1,"p99Seconds":1}],"failures":0,"expirations":0,"missedDeadlines":0}],"freshness":{{Freshness}}}""";

    private static readonly Dictionary<string, (string Request, string Answer, Func<ITimestone, Task> Call)> Routes = new()
    {
        ["create"] = ("PUT /v1/queues/q", Queue, service => service.CreateQueueAsync("q", new QueueSettings())),
        ["get a queue"] = ("GET /v1/queues/q", Queue, service => service.GetQueueAsync("q")),
        ["list queues"] = ("GET /v1/queues?limit=100", $$"""{"queues":[{{Queue}}],"next":null}""", service => service.ListQueuesAsync()),
        ["list queues on"] = (
            "GET /v1/queues?cursor=a%2Fb&limit=2",
            """{"queues":[],"next":null}""",
            service => service.ListQueuesAsync("a/b", 2)
        ),
        ["update"] = ("PATCH /v1/queues/q", Queue, service => service.BlockEnqueueAsync("q")),
        ["delete"] = ("DELETE /v1/queues/q", "", service => service.DeleteQueueAsync("q")),
        ["enqueue"] = ("POST /v1/queues/q/messages", Results, service => service.EnqueueAsync("q", new NewMessage { Id = "m" })),
        ["dequeue"] = ("POST /v1/queues/q/dequeue", """{"messages":[]}""", service => service.DequeueAsync("q", new DequeueRequest())),
        ["settle"] = (
            "POST /v1/queues/q/dequeue",
            $$"""{"messages":[],"settled":[{{Result}}]}""",
            service => service.CompleteAsync("q", "m", "t")
        ),
        ["extend"] = ("POST /v1/queues/q/extend", Results, service => service.ExtendAsync("q", "m", "t")),
        ["watch leases"] = (
            "POST /v1/queues/q/leases/watch",
            """{"results":[]}""",
            service => service.WatchLeasesAsync("q", [new LeaseReference("m", "t")], TimeSpan.FromSeconds(1))
        ),
        ["cancel"] = ("POST /v1/queues/q/cancel", Results, service => service.CancelAsync("q", "m")),
        ["redrive"] = ("POST /v1/queues/q/messages/m%3A1%40x%2B%3D~/redrive", Result, service => service.RedriveAsync("q", "m:1@x+=~")),
        ["redrive all"] = ("POST /v1/queues/q/redrive", """{"count":3}""", service => service.RedriveAllAsync("q")),
        ["purge"] = (
            "POST /v1/queues/q/purge?state=all",
            """{"invisible":0,"pending":3,"running":0,"completed":0,"canceled":0,"errored":0}""",
            service => service.PurgeAsync("q", PurgeScope.All)
        ),
        ["purge a state"] = (
            "POST /v1/queues/q/purge?state=errored",
            """{"invisible":0,"pending":0,"running":0,"completed":0,"canceled":0,"errored":3}""",
            service => service.PurgeAsync("q", PurgeScope.Errored)
        ),
        ["get a message"] = ("GET /v1/queues/q/messages/m", Message, service => service.GetMessageAsync("q", "m")),
        ["list messages"] = (
            "GET /v1/queues/q/messages?limit=100",
            $$"""{"messages":[{{Message}}],"next":"c"}""",
            service => service.ListMessagesAsync("q")
        ),
        ["list messages of a state on"] = (
            "GET /v1/queues/q/messages?state=pending&cursor=c&limit=9",
            """{"messages":[],"next":null}""",
            service => service.ListMessagesAsync("q", MessageState.Pending, "c", 9)
        ),
        ["stats"] = ("GET /v1/queues/q/stats", Stats, service => service.GetStatsAsync("q")),
        ["depth"] = ("GET /v1/queues/q/depth", """{"count":3}""", service => service.GetDepthAsync("q")),
        ["search"] = (
            "GET /v1/search/messages?order=enqueued&limit=100",
            Found,
            service => service.SearchMessagesAsync(new MessageSearch())
        ),
        ["search of everything"] = (
            "GET /v1/search/messages?queue=q&state=pending&filter=a%3Ax%26y&worker=w&error=no%20luck&minPriority=-1&maxPriority=9&enqueuedFrom=2026-01-31T12%3A00%3A00.000Z&enqueuedBefore=2026-01-31T13%3A00%3A00.500Z&updatedFrom=2026-01-31T12%3A00%3A00.000Z&updatedBefore=2026-01-31T13%3A00%3A00.500Z&order=updated&descending=true&limit=5&cursor=c&after=q%2Fm%2F3&waitSeconds=1.5",
            Found,
            service => service.SearchMessagesAsync(new MessageSearch
            {
                Queue = "q",
                State = MessageState.Pending,
                Filter = Metadata.Of("a", "x&y"),
                Worker = "w",
                Error = "no luck",
                MinPriority = -1,
                MaxPriority = 9,
                EnqueuedFrom = new DateTimeOffset(2026, 1, 31, 14, 0, 0, TimeSpan.FromHours(2)),
                EnqueuedBefore = new DateTimeOffset(2026, 1, 31, 13, 0, 0, 500, TimeSpan.Zero),
                UpdatedFrom = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero),
                UpdatedBefore = new DateTimeOffset(2026, 1, 31, 13, 0, 0, 500, TimeSpan.Zero),
                Order = SearchOrder.Updated,
                Descending = true,
                Limit = 5,
                Cursor = "c",
                After = new IndexedWrite("q", "m", 3),
                Wait = TimeSpan.FromSeconds(1.5),
            })),
        ["history"] = ("GET /v1/queues/q/messages/m/history?limit=100", History, service => service.GetHistoryAsync("q", "m")),
        ["history on"] = (
            "GET /v1/queues/q/messages/m/history?limit=2&cursor=c&after=3&waitSeconds=10",
            History,
            service =>
                service.GetHistoryAsync(
                    "q",
                    "m",
                    new HistoryRequest
                    {
                        After = 3,
                        Limit = 2,
                        Cursor = "c",
                    }
                )
        ),
        ["search stats"] = (
            "GET /v1/search/stats?queue=q",
            Figures,
            service => service.GetSearchStatsAsync(new StatsRequest { Queue = "q" })
        ),
        ["depth of a filter"] = (
            "GET /v1/queues/q/depth?state=running&filter=a%3Ax%26y%3Dz&filter=b%3A%C3%A9%3A%20",
            """{"count":3}""",
            service => service.GetDepthAsync("q", MessageState.Running, Metadata.From([new("b", "é: "), new("a", "x&y=z")]))),
    };

    public static TheoryData<string> Names => [.. Routes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Each_operation_is_one_request(string name)
    {
        var (request, answer, call) = Routes[name];
        await using var server = await StubServer.StartAsync(answer.Length == 0 ? Replies.Status(204) : Replies.Json(answer));
        using var client = new TimestoneClient(server.Address);

        await call(client);
        server.Requests.Single().ToString().ShouldBe(request);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_name_that_would_lead_elsewhere_is_refused_here(string? name)
    {
        await using var server = await StubServer.StartAsync(Replies.Json("{}"));
        using var client = new TimestoneClient(server.Address);

        (await Should.ThrowAsync<TimestoneException>(() => client.GetMessageAsync("q", name!))).Error.Field.ShouldBe("id");
        (await Should.ThrowAsync<TimestoneException>(() => client.RedriveAsync("q", name!))).Error.Field.ShouldBe("id");
        (await Should.ThrowAsync<TimestoneException>(() => client.GetQueueAsync(name!))).Error.Field.ShouldBe("queue");
        (await Should.ThrowAsync<TimestoneException>(() => client.DeleteQueueAsync(name!))).Error.Field.ShouldBe("queue");
        server.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("http://{0}", "/v1/queues/q")]
    [InlineData("http://{0}/base", "/base/v1/queues/q")]
    [InlineData("http://{0}/base/", "/base/v1/queues/q")]
    public async Task The_address_can_have_a_path(string address, string path)
    {
        await using var server = await StubServer.StartAsync(Replies.Json(Queue));
        using var client = new TimestoneClient(
            new Uri(string.Format(System.Globalization.CultureInfo.InvariantCulture, address, server.Address.Authority))
        );

        await client.GetQueueAsync("q");
        server.Requests.Single().PathAndQuery.ShouldBe(path);
    }

    [Fact]
    public async Task Mixed_settlements_are_one_request_and_answered_in_order()
    {
        await using var server = await StubServer.StartAsync(
            Replies.Json(
                """{"messages":[],"settled":[{"id":"a","state":"completed"},{"id":"c","error":{"code":"lease_lost","detail":"gone"}},{"id":"d","state":"pending"}]}"""
            )
        );
        using var client = new TimestoneClient(server.Address);

        var results = await client.SettleAsync("q", [
            Settlement.Complete("a", "t", Payload.FromText("done")),
            Settlement.Complete("not an id", "t"),
            Settlement.Fail("c", "t", "why", permanent: true),
            Settlement.Release("d", "t", TimeSpan.FromSeconds(1.5))]);

        results.Select(result => result.Id).ShouldBe(["a", "not an id", "c", "d"]);
        results.Select(result => result.Error?.Code).ShouldBe([null, ErrorCode.InvalidArgument, ErrorCode.LeaseLost, null]);
        var body = server.Requests.Single().Json;
        body["max"]!.GetValue<int>().ShouldBe(0);
        body["settle"]!
            .ToJsonString()
            .ShouldBe(
                """[{"id":"a","leaseToken":"t","action":"complete","result":"done"},{"id":"c","leaseToken":"t","action":"fail","error":"why","permanent":true},{"id":"d","leaseToken":"t","action":"release","invisibleSeconds":1.5}]"""
            );
    }

    [Fact]
    public async Task A_batch_of_malformed_items_alone_needs_no_request()
    {
        await using var server = await StubServer.StartAsync(Replies.Json("{}"));
        using var client = new TimestoneClient(server.Address);

        (await client.EnqueueAsync("q", [new NewMessage { Id = "" }])).Single().Error!.Field.ShouldBe("id");
        (await client.CancelAsync("q", [new Cancellation { Id = "m", Reason = "\ud800" }])).Single().Error!.Field.ShouldBe("reason");
        (await client.SettleAsync("q", [Settlement.Complete(null!, "t")])).Single().Error!.Field.ShouldBe("id");
        server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_create_says_whether_it_was_the_first()
    {
        await using var server = await StubServer.StartAsync(Replies.Json(Queue, 201), Replies.Json(Queue));
        using var client = new TimestoneClient(server.Address);

        (await client.CreateQueueAsync("q", new QueueSettings())).Created.ShouldBeTrue();
        (await client.CreateQueueAsync("q", new QueueSettings())).Created.ShouldBeFalse();
    }
}
