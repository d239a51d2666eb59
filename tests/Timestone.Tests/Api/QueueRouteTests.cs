using System.Net;
using Shouldly;
using Xunit;

namespace Timestone.Tests.Api;

public sealed class QueueRouteTests(ApiServer server) : IClassFixture<ApiServer>
{
    private readonly string _name = ApiServer.NewQueue();

    private string Queue => $"/v1/queues/{_name}";

    [Fact]
    public async Task A_queue_is_created_once_with_the_settings_given()
    {
        var first = await server.SendAsync(
            HttpMethod.Put,
            Queue,
            """{"type":"exclusive","exclusivityKey":"tenant","leaseSeconds":12.5,"backoff":{"kind":"fixed","initialSeconds":2}}"""
        );
        first.Status.ShouldBe(HttpStatusCode.Created);
        (await server.GetAsync(first.Headers.Location!.ToString())).Status.ShouldBe(HttpStatusCode.OK);
        ((string?)first.Json["name"]).ShouldBe(_name);
        ((double)first.Json["settings"]!["leaseSeconds"]!).ShouldBe(12.5);
        ((string?)first.Json["settings"]!["backoff"]!["kind"]).ShouldBe("fixed");
        (
            await server.SendAsync(
                HttpMethod.Put,
                Queue,
                """{"type":"exclusive","exclusivityKey":"tenant","leaseSeconds":12.5,"backoff":{"kind":"fixed","initialSeconds":2}}"""
            )
        ).Status.ShouldBe(HttpStatusCode.OK);
        (await server.SendAsync(HttpMethod.Put, Queue)).ShouldRefuse(409, "queue_exists", "queue");
        (await server.PostAsync($"{Queue}/messages", """{"metadata":{"other":"x"}}""")).ShouldRefuse(
            400,
            "missing_exclusivity_key",
            "metadata"
        );
    }

    [Fact]
    public async Task Without_a_body_a_queue_has_default_settings()
    {
        (await server.SendAsync(HttpMethod.Put, Queue)).Status.ShouldBe(HttpStatusCode.Created);
        var queue = await server.OkAsync(HttpMethod.Get, Queue);
        ((string?)queue["settings"]!["type"]).ShouldBe("simple");
        ((int)queue["settings"]!["leaseSeconds"]!).ShouldBe(30);
    }

    [Fact]
    public async Task A_patch_changes_what_it_names()
    {
        await server.OkAsync(HttpMethod.Put, Queue);
        var queue = await server.OkAsync(HttpMethod.Patch, Queue, """{"enqueueBlocked":true,"maxAttempts":9}""");
        ((int)queue["settings"]!["maxAttempts"]!).ShouldBe(9);
        (await server.PostAsync($"{Queue}/messages", "{}")).ShouldRefuse(409, "enqueue_blocked");
        (await server.SendAsync(HttpMethod.Patch, Queue, """{"type":"exclusive"}""")).ShouldRefuse(400, "invalid_argument", "type");
    }

    [Fact]
    public async Task A_patch_merges_nested_settings()
    {
        await server.OkAsync(HttpMethod.Put, Queue, """{"backoff":{"kind":"fixed","initialSeconds":7,"maxSeconds":70}}""");
        var queue = await server.OkAsync(HttpMethod.Patch, Queue, """{"backoff":{"maxSeconds":7200}}""");
        queue["settings"]!["backoff"]!.ToJsonString().ShouldBe("""{"kind":"fixed","initialSeconds":7,"maxSeconds":7200}""");
        (await server.OkAsync(HttpMethod.Patch, Queue, """{"backoff":{}}""")).ToJsonString().ShouldBe(queue.ToJsonString());
    }

    [Theory]
    [InlineData("""{"maxAttempts":9,"leaseSeconds":null}""", "leaseSeconds")]
    [InlineData("""{"maxAttempts":9,"exclusivityKey":null}""", "exclusivityKey")]
    [InlineData("""{"maxAttempts":9,"backoff":null}""", "backoff")]
    [InlineData("""{"maxAttempts":9,"backoff":{"kind":null}}""", "backoff.kind")]
    public async Task A_patch_with_null_is_refused_and_changes_nothing(string patch, string field)
    {
        await server.OkAsync(HttpMethod.Put, Queue);
        (await server.SendAsync(HttpMethod.Patch, Queue, patch)).ShouldRefuse(400, "invalid_argument", field)["detail"]!
            .ToString()
            .ShouldStartWith($"{field} must not be null");
        ((int)(await server.OkAsync(HttpMethod.Get, Queue))["settings"]!["maxAttempts"]!).ShouldNotBe(9);
    }

    [Fact]
    public async Task A_deleted_queue_is_gone()
    {
        await server.OkAsync(HttpMethod.Put, Queue);
        var deleted = await server.SendAsync(HttpMethod.Delete, Queue);
        deleted.Status.ShouldBe(HttpStatusCode.NoContent);
        deleted.Text.ShouldBeEmpty();
        (await server.SendAsync(HttpMethod.Delete, Queue)).ShouldRefuse(404, "queue_not_found", "queue");
        (await server.GetAsync($"{Queue}/stats")).ShouldRefuse(404, "queue_not_found", "queue");
    }

    [Fact]
    public async Task Queues_are_listed_in_pages()
    {
        await server.OkAsync(HttpMethod.Put, $"{Queue}-1");
        await server.OkAsync(HttpMethod.Put, $"{Queue}-2");
        var page = await server.OkAsync(HttpMethod.Get, $"/v1/queues?cursor={_name}&limit=1");
        ((string?)page["queues"]![0]!["name"]).ShouldBe($"{_name}-1");
        var next = await server.OkAsync(HttpMethod.Get, $"/v1/queues?cursor={page["next"]}&limit=1");
        ((string?)next["queues"]![0]!["name"]).ShouldBe($"{_name}-2");
    }

    [Fact]
    public async Task Depth_counts_by_state_and_filter()
    {
        await server.OkAsync(
            HttpMethod.Post,
            $"{Queue}/messages",
            """{"messages":[{"metadata":{"t":"a:b","k":"1"}},{"metadata":{"t":"a:b","k":"2"}},{"invisibleSeconds":60}]}"""
        );
        (await server.GetAsync($"{Queue}/depth")).Text.ShouldBe("""{"count":3}""");
        (await server.GetAsync($"{Queue}/depth?state=pending")).Text.ShouldBe("""{"count":2}""");
        (await server.GetAsync($"{Queue}/depth?filter=t:a:b&filter=k:2")).Text.ShouldBe("""{"count":1}""");
        (await server.GetAsync($"{Queue}/depth?filter=t:a%3Ab&state=invisible")).Text.ShouldBe("""{"count":0}""");
    }

    [Fact]
    public async Task Stats_count_messages_per_state()
    {
        await server.OkAsync(HttpMethod.Post, $"{Queue}/messages", """{"messages":[{},{}]}""");
        var stats = await server.OkAsync(HttpMethod.Get, $"{Queue}/stats");
        ((int)stats["counts"]!["pending"]!).ShouldBe(2);
        stats["oldestPendingSeconds"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Purge_removes_a_state_and_redrive_brings_all_errored_back()
    {
        await server.OkAsync(HttpMethod.Post, $"{Queue}/messages", """{"messages":[{"id":"a"},{"id":"b","invisibleSeconds":60}]}""");
        var (id, token) = await server.LeaseAsync(_name);
        await server.OkAsync(HttpMethod.Post, $"{Queue}/messages/{id}/fail", $$"""{"leaseToken":"{{token}}","permanent":true}""");
        (await server.PostAsync($"{Queue}/redrive")).Text.ShouldBe("""{"count":1}""");
        (await server.PostAsync($"{Queue}/purge?state=invisible", "{}")).Text.ShouldBe(
            """{"invisible":1,"pending":0,"running":0,"completed":0,"canceled":0,"errored":0}"""
        );
        (await server.PostAsync($"{Queue}/purge?state=running")).ShouldRefuse(400, "invalid_argument", "state");
        (await server.PostAsync($"{Queue}/purge?sate=errored")).ShouldRefuse(400, "invalid_argument", "sate");
        (await server.PostAsync($"{Queue}/purge", """{"state":"errored"}""")).ShouldRefuse(400, "invalid_argument", "state");
        (await server.PostAsync($"{Queue}/purge")).ShouldRefuse(400, "invalid_argument", "state");
        (await server.PostAsync($"{Queue}/purge?state=")).ShouldRefuse(400, "invalid_argument", "state");
        (await server.PostAsync($"{Queue}/purge?state=all")).Text.ShouldBe(
            """{"invisible":0,"pending":1,"running":0,"completed":0,"canceled":0,"errored":0}"""
        );
    }
}
