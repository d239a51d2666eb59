using System.Net;
using Shouldly;
using Xunit;

namespace Timestone.Tests.Api;

public sealed class MessageRouteTests(ApiServer server) : IClassFixture<ApiServer>
{
    private readonly string _queue = $"/v1/queues/{ApiServer.NewQueue()}";

    [Fact]
    public async Task One_message_is_created_then_is_a_duplicate()
    {
        var first = await server.PostAsync($"{_queue}/messages", """{"id":"a","payload":{"n":1}}""");
        first.Status.ShouldBe(HttpStatusCode.Created);
        (await server.GetAsync(first.Headers.Location!.ToString())).Json["id"]!.ToString().ShouldBe(first.Json["id"]!.ToString());
        first.Text.ShouldBe("""{"id":"a","state":"pending","version":1,"duplicate":false}""");

        var again = await server.PostAsync($"{_queue}/messages", """{"id":"a","payload":{"n":1}}""");
        again.Status.ShouldBe(HttpStatusCode.OK);
        again.Text.ShouldBe("""{"id":"a","state":"pending","version":1,"duplicate":true}""");

        (await server.PostAsync($"{_queue}/messages", """{"id":"a","payload":{"n":2}}""")).ShouldRefuse(409, "message_conflict", "id");
    }

    [Fact]
    public async Task A_batch_answers_each_item_in_order()
    {
        var answer = await server.PostAsync(
            $"{_queue}/messages",
            """{"messages":[{"id":"a"},{"id":"b c"},{"id":"a"},{"id":"d","priority":1,"deadline":"2026-01-31T12:00:00Z"}]}"""
        );
        answer.Status.ShouldBe(HttpStatusCode.OK);
        var results = answer.Json["results"]!.AsArray();
        results.Count.ShouldBe(4);
        ((string?)results[0]!["state"]).ShouldBe("pending");
        ((string?)results[1]!["error"]!["code"]).ShouldBe("invalid_argument");
        ((string?)results[1]!["error"]!["field"]).ShouldBe("id");
        ((bool)results[2]!["duplicate"]!).ShouldBeTrue();
        ((string?)results[3]!["error"]!["field"]).ShouldBe("deadline");
        ((string?)results[3]!["id"]).ShouldBe("d");
    }

    [Fact]
    public async Task What_is_given_comes_back_at_the_dequeue()
    {
        await server.OkAsync(
            HttpMethod.Post,
            $"{_queue}/messages",
            """{"id":"a","payload":{"x" : [1, 2.50, "\u00e9"]},"metadata":{"tenant":"acme"},"deadline":"2026-01-31T13:00:00+01:00","leaseSeconds":7.5}"""
        );
        var answer = await server.OkAsync(HttpMethod.Post, $"{_queue}/dequeue", """{"worker":"w1"}""");
        var message = answer["messages"]!.AsArray().ShouldHaveSingleItem()!;
        message["payload"]!.ToJsonString().ShouldBe("""{"x":[1,2.50,"\u00E9"]}""");
        ((string?)message["metadata"]!["tenant"]).ShouldBe("acme");
        ((long)message["priority"]!).ShouldBe(1769860800000);
        ((string?)message["deadline"]).ShouldBe("2026-01-31T12:00:00.000Z");
        ((string?)message["state"]).ShouldBe("running");
        ((string?)message["worker"]).ShouldBe("w1");
        ((int)message["attempt"]!).ShouldBe(1);
        ((int)message["attemptsLeft"]!).ShouldBe(15);
        ((string?)message["leaseToken"]).ShouldNotBeNullOrEmpty();
        (DateTimeOffset.Parse((string)message["leaseExpiresAt"]!) - DateTimeOffset.Parse((string)message["updatedAt"]!)).ShouldBe(
            TimeSpan.FromSeconds(7.5)
        );
        answer.AsObject().ContainsKey("settled").ShouldBeFalse();
    }

    [Theory]
    [InlineData("payload", "null")]
    [InlineData("payload", "\"text\"")]
    [InlineData("payload", "-0.10e+5")]
    [InlineData("payloadBase64", "\"AAEC/w==\"")]
    public async Task Payloads_come_back_as_they_were_given(string field, string value)
    {
        await server.OkAsync(HttpMethod.Post, $"{_queue}/messages", $$"""{"id":"a","{{field}}":{{value}}}""");
        (await server.GetAsync($"{_queue}/messages/a")).Text.ShouldContain($"\"{field}\":{value}");
    }

    [Fact]
    public async Task A_message_without_an_id_is_given_one()
    {
        var id = (string)(await server.OkAsync(HttpMethod.Post, $"{_queue}/messages", "{}"))["id"]!;
        (await server.GetAsync($"{_queue}/messages/{id}")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Dequeueing_settles_first()
    {
        await server.OkAsync(HttpMethod.Post, $"{_queue}/messages", """{"messages":[{"id":"a"},{"id":"b"}]}""");
        var (id, token) = await server.LeaseAsync(_queue["/v1/queues/".Length..]);
        var answer = await server.OkAsync(
            HttpMethod.Post,
            $"{_queue}/dequeue",
            $$$"""{"settle":[{"id":"{{{id}}}","leaseToken":"{{{token}}}","action":"complete","result":{"ok":true}},{"id":"{{{id}}}","leaseToken":"x","action":"fail"}]}"""
        );
        ((string?)answer["settled"]![0]!["state"]).ShouldBe("completed");
        ((string?)answer["settled"]![1]!["error"]!["code"]).ShouldBe("lease_lost");
        ((string?)answer["messages"]![0]!["id"]).ShouldBe("b");
        (await server.OkAsync(HttpMethod.Get, $"{_queue}/messages/a"))["result"]!.ToJsonString().ShouldBe("""{"ok":true}""");
    }

    [Fact]
    public async Task A_waiting_dequeue_is_answered_by_the_message_that_comes()
    {
        await server.OkAsync(HttpMethod.Put, _queue);
        var waiting = server.OkAsync(HttpMethod.Post, $"{_queue}/dequeue", """{"waitSeconds":30}""");
        await server.OkAsync(HttpMethod.Post, $"{_queue}/messages", """{"id":"a"}""");
        ((string?)(await waiting)["messages"]![0]!["id"]).ShouldBe("a");
    }

    [Fact]
    public async Task Large_answers_are_complete()
    {
        var payload = new string('x', 100_000);
        for (var i = 0; i < 8; i++)
            await server.OkAsync(HttpMethod.Post, $"{_queue}/messages", $$"""{"id":"m{{i}}","payload":"{{payload}}"}""");
        var page = await server.OkAsync(HttpMethod.Get, $"{_queue}/messages");
        page["messages"]!.AsArray().Count.ShouldBe(8);
        var answer = await server.OkAsync(HttpMethod.Post, $"{_queue}/dequeue", """{"max":8}""");
        answer["messages"]!.AsArray().ShouldAllBe(message => (string?)message!["payload"] == payload);
    }

    [Fact]
    public async Task Listing_pages_through_a_state()
    {
        await server.OkAsync(
            HttpMethod.Post,
            $"{_queue}/messages",
            """{"messages":[{"id":"a","priority":1},{"id":"b","priority":2},{"id":"c","invisibleSeconds":60}]}"""
        );
        var first = await server.OkAsync(HttpMethod.Get, $"{_queue}/messages?state=pending&limit=1");
        ((string?)first["messages"]![0]!["id"]).ShouldBe("a");
        var next = Uri.EscapeDataString((string)first["next"]!);
        var second = await server.OkAsync(HttpMethod.Get, $"{_queue}/messages?state=pending&limit=1&cursor={next}");
        ((string?)second["messages"]![0]!["id"]).ShouldBe("b");
        (await server.OkAsync(HttpMethod.Get, $"{_queue}/messages?state=invisible"))["messages"]!
            .AsArray()
            .ShouldHaveSingleItem()!["visibleAt"]
            .ShouldNotBeNull();
    }

    [Fact]
    public async Task Ids_may_hold_everything_that_an_id_may()
    {
        const string Id = "a.b_c~d:e@f+g=h-i";
        await server.OkAsync(HttpMethod.Post, $"{_queue}/messages", $$"""{"id":"{{Id}}"}""");
        ((string?)(await server.OkAsync(HttpMethod.Get, $"{_queue}/messages/{Id}"))["id"]).ShouldBe(Id);
        ((string?)(await server.OkAsync(HttpMethod.Get, $"{_queue}/messages/{Uri.EscapeDataString(Id)}"))["id"]).ShouldBe(Id);
    }
}
