using System.Net;
using Shouldly;
using Xunit;

namespace Timestone.Tests.Api;

public sealed class LifecycleRouteTests(ApiServer server) : IClassFixture<ApiServer>
{
    private readonly string _name = ApiServer.NewQueue();

    private string Queue => $"/v1/queues/{_name}";

    private async Task<(string Id, string Token)> LeasedAsync(string id)
    {
        await server.OkAsync(HttpMethod.Post, $"{Queue}/messages", $$"""{"id":"{{id}}"}""");
        return await server.LeaseAsync(_name);
    }

    [Theory]
    [InlineData("complete", "completed", "\"result\":[1]")]
    [InlineData("fail", "errored", "\"error\":\"no\",\"permanent\":true")]
    [InlineData("release", "invisible", "\"invisibleSeconds\":60")]
    public async Task A_lease_is_ended_by_one_request(string action, string state, string rest)
    {
        var (id, token) = await LeasedAsync("a");
        var answer = await server.PostAsync($"{Queue}/messages/{id}/{action}", $$"""{"leaseToken":"{{token}}",{{rest}}}""");
        answer.Status.ShouldBe(HttpStatusCode.OK);
        answer.Text.ShouldBe($$"""{"id":"a","state":"{{state}}","version":3,"duplicate":false}""");
        (await server.PostAsync($"{Queue}/messages/{id}/{action}", """{"leaseToken":"0000000000000000"}""")).ShouldRefuse(
            409,
            "lease_lost",
            "leaseToken"
        );
        (await server.PostAsync($"{Queue}/messages/nobody/{action}", """{"leaseToken":"0000000000000000"}""")).ShouldRefuse(
            404,
            "message_not_found",
            "id"
        );
        (await server.PostAsync($"{Queue}/messages/{id}/{action}", "{}")).ShouldRefuse(400, "invalid_argument", "leaseToken");
    }

    [Theory]
    [InlineData("complete", "completed")]
    [InlineData("fail", "invisible")]
    [InlineData("release", "pending")]
    public async Task Leases_are_ended_by_one_request_for_many(string action, string state)
    {
        var (id, token) = await LeasedAsync("a");
        var answer = await server.OkAsync(
            HttpMethod.Post,
            $"{Queue}/{action}",
            $$"""{"items":[{"id":"{{id}}","leaseToken":"{{token}}"},{"id":"nobody","leaseToken":"x","action":"{{action}}"}]}"""
        );
        ((string?)answer["results"]![0]!["state"]).ShouldBe(state);
        ((string?)answer["results"]![1]!["error"]!["code"]).ShouldBe("message_not_found");
        (await server.PostAsync($"{Queue}/{action}", """{"items":[{"id":"a"}]}""")).ShouldRefuse(
            400,
            "invalid_argument",
            "items[0].leaseToken"
        );
        (await server.PostAsync($"{Queue}/{action}", """{"items":[]}""")).ShouldRefuse(400, "invalid_argument", "items");
        (await server.PostAsync($"{Queue}/{action}", """{"items":[null]}""")).ShouldRefuse(400, "invalid_argument", "items[0]");
    }

    [Fact]
    public async Task An_item_cannot_contradict_its_route() =>
        (
            await server.PostAsync(
                $"{Queue}/complete",
                """{"items":[{"id":"a","leaseToken":"x"},{"id":"a","leaseToken":"x","action":"fail"}]}"""
            )
        ).ShouldRefuse(400, "invalid_argument", "items[1].action");

    [Fact]
    public async Task An_extension_takes_progress()
    {
        var (id, token) = await LeasedAsync("a");
        var answer = await server.OkAsync(
            HttpMethod.Post,
            $"{Queue}/messages/{id}/extend",
            $$$"""{"leaseToken":"{{{token}}}","leaseSeconds":600,"progress":{"done":3}}"""
        );
        ((string?)answer["leaseExpiresAt"]).ShouldNotBeNull();
        ((int)answer["version"]!).ShouldBe(2);
        (await server.OkAsync(HttpMethod.Get, $"{Queue}/messages/{id}"))["progress"]!.ToJsonString().ShouldBe("""{"done":3}""");
        var many = await server.OkAsync(
            HttpMethod.Post,
            $"{Queue}/extend",
            $$"""{"items":[{"id":"{{id}}","leaseToken":"{{token}}"},{"id":"{{id}}","leaseToken":"x"}]}"""
        );
        many["results"]![0]!["leaseExpiresAt"].ShouldNotBeNull();
        ((string?)many["results"]![1]!["error"]!["code"]).ShouldBe("lease_lost");
    }

    [Fact]
    public async Task A_cancel_needs_no_body_and_a_redrive_takes_none()
    {
        await server.OkAsync(HttpMethod.Post, $"{Queue}/messages", """{"messages":[{"id":"a"},{"id":"b"}]}""");
        (await server.PostAsync($"{Queue}/messages/a/cancel")).Text.ShouldBe(
            """{"id":"a","state":"canceled","version":2,"duplicate":false}"""
        );
        var many = await server.OkAsync(HttpMethod.Post, $"{Queue}/cancel", """{"items":[{"id":"a"},{"id":"b","reason":"late"}]}""");
        ((bool)many["results"]![0]!["duplicate"]!).ShouldBeTrue();
        ((string?)(await server.OkAsync(HttpMethod.Get, $"{Queue}/messages/b"))["error"]).ShouldBe("late");
        (await server.PostAsync($"{Queue}/messages/a/redrive")).Text.ShouldBe(
            """{"id":"a","state":"pending","version":3,"duplicate":false}"""
        );
        (await server.PostAsync($"{Queue}/messages/a/redrive", """{"state":"errored"}""")).ShouldRefuse(400, "invalid_argument", "state");
    }

    [Fact]
    public async Task A_completed_message_cannot_be_canceled()
    {
        var (id, token) = await LeasedAsync("a");
        await server.OkAsync(HttpMethod.Post, $"{Queue}/messages/{id}/complete", $$"""{"leaseToken":"{{token}}"}""");
        (await server.PostAsync($"{Queue}/messages/{id}/cancel", """{"reason":"no"}""")).ShouldRefuse(409, "illegal_transition");
    }
}
