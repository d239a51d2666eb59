using Shouldly;
using Xunit;

namespace Timestone.Tests.Api;

public sealed class SearchRouteTests(ApiServer server) : IClassFixture<ApiServer>
{
    private readonly string _queue = ApiServer.NewQueue();

    [Theory]
    [InlineData("queue=a%2Fb", "queue")]
    [InlineData("state=eaten", "state")]
    [InlineData("filter=a%20b:c", "filter")]
    [InlineData("filter=a:1&filter=a:2", "filter")]
    [InlineData("filter=a", "filter")]
    [InlineData("error=...", "error")]
    [InlineData("minPriority=low", "minPriority")]
    [InlineData("maxPriority=9223372036854775808", "maxPriority")]
    [InlineData("enqueuedFrom=yesterday", "enqueuedFrom")]
    [InlineData("enqueuedBefore=2026-01-31T12:00:00", "enqueuedBefore")]
    [InlineData("enqueuedBefore=2026-01-31T12:00Z", "enqueuedBefore")]
    [InlineData("updatedFrom=1", "updatedFrom")]
    [InlineData("updatedBefore=2026-13-31T12:00:00Z", "updatedBefore")]
    [InlineData("order=best", "order")]
    [InlineData("descending=yes", "descending")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=many", "limit")]
    [InlineData("cursor=nonsense", "cursor")]
    [InlineData("after=q/a", "after")]
    [InlineData("after=q/a/0", "after")]
    [InlineData("waitSeconds=31", "waitSeconds")]
    [InlineData("waitSeconds=NaN", "waitSeconds")]
    [InlineData("orderr=priority", "orderr")]
    public async Task A_bad_search_is_refused_and_names_the_field(string query, string field) =>
        (await server.GetAsync($"/v1/search/messages?{query}")).ShouldRefuse(400, "invalid_argument", field);

    [Fact]
    public async Task A_time_of_a_search_may_have_any_number_of_digits() =>
        (await server.GetAsync("/v1/search/messages?enqueuedFrom=2026-01-31T12:00:00.123456789Z")).Status.ShouldBe(
            System.Net.HttpStatusCode.OK
        );

    [Theory]
    [InlineData("q/messages/a/history?after=first", "after")]
    [InlineData("q/messages/a/history?after=0", "after")]
    [InlineData("q/messages/a/history?limit=1001", "limit")]
    [InlineData("q/messages/a/history?cursor=x", "cursor")]
    [InlineData("q/messages/a%20b/history", "id")]
    [InlineData("q/messages/a/history?queue=b", "queue")]
    public async Task A_bad_question_for_history_is_refused_and_names_the_field(string path, string field) =>
        (await server.GetAsync($"/v1/queues/{path}")).ShouldRefuse(400, "invalid_argument", field);

    [Theory]
    [InlineData("queue=.", "queue")]
    [InlineData("after=1", "after")]
    [InlineData("state=pending", "state")]
    public async Task A_bad_question_for_figures_is_refused_and_names_the_field(string query, string field) =>
        (await server.GetAsync($"/v1/search/stats?{query}")).ShouldRefuse(400, "invalid_argument", field);

    [Fact]
    public async Task What_was_enqueued_is_found_followed_and_counted()
    {
        await server.OkAsync(HttpMethod.Post, $"/v1/queues/{_queue}/messages", """{"id":"a","metadata":{"tenant":"acme"},"priority":7}""");
        var page = await server.OkAsync(
            HttpMethod.Get,
            $"/v1/search/messages?queue={_queue}&filter=tenant:acme&minPriority=7&order=priority&descending=true&after={_queue}/a/1"
        );
        ((string)page["messages"]![0]!["id"]!).ShouldBe("a");
        ((bool)page["freshness"]!["incomplete"]!).ShouldBeFalse();
        var history = await server.OkAsync(HttpMethod.Get, $"/v1/queues/{_queue}/messages/a/history?after=1&waitSeconds=5.5");
        ((string)history["transitions"]![0]!["cause"]!).ShouldBe("enqueue");
        var stats = await server.OkAsync(HttpMethod.Get, $"/v1/search/stats?queue={_queue}");
        ((int)stats["queues"]![0]!["counts"]!["pending"]!).ShouldBe(1);
    }

    [Fact]
    public async Task A_service_without_an_index_says_so()
    {
        await using var host = await ApiHost.StartAsync(
            ScriptedTimestone.Create(static (_, _) => Task.FromException<SearchPage>(new TimestoneException(ErrorCode.NoIndex, "None.")))
        );
        using var response = await host.Http.GetAsync("/v1/search/messages");
        ((int)response.StatusCode).ShouldBe(501);
        (await response.Content.ReadAsStringAsync()).ShouldContain("\"no_index\"");
    }
}
