using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Timestone.Engine;
using Timestone.Indexing.Elasticsearch;
using Timestone.Journals.Memory;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Elasticsearch;

/// <summary>Every request that can be sent is one of the official description, which the stand-in checks each against.</summary>
[Slow]
public sealed class RequestTests
{
    [Fact]
    public async Task Every_operation_that_can_be_sent_is_sent_and_is_as_described()
    {
        // Of several nodes each is pinged before it is used.
        await using var bench = await ElasticsearchBench.OfStandInAsync(static address =>
            ElasticsearchBench.Quick(address, also: new UriBuilder(address) { Host = "127.0.0.1" }.Uri)
        );
        var journal = new EventJournal(1);
        await bench.WriteAsync(journal.Events);
        await bench.WriteAsync([StreamEvent.Of(new RemovedQueue("orders", EventJournal.CreatedAt))]);
        await bench.Index.SearchAsync(Everything);
        await bench.Index.GetStatsAsync(new StatsRequest { Queue = "orders" });
        await bench.Index.GetHistoryAsync("orders", "m1", new HistoryRequest());
        var ended = EventJournal.Message("gone", "m1");
        await bench.WriteAsync([
            StreamEvent.Of(
                journal.Transitions[0] with
                {
                    Queue = ended.Queue,
                    Id = ended.Id,
                    Life = ended.Life,
                    Version = 9,
                    To = MessageState.Completed,
                }
            ),
        ]);
        await bench.Index.SearchAsync(new MessageSearch { After = new IndexedWrite("gone", "m1", 9) });
        await using (var service = new LocalTimestone(new MemoryJournal()))
            await new ElasticsearchRebuild(bench.Connection, service) { WriterDelay = TimeSpan.Zero }.RunAsync();

        bench.StandIn.Asked.Keys.Order().ShouldBe(ApiDescription.Instance.Operations.Order());
        bench.StandIn.Problems.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("GET", "_cat/indices", "", "")]
    [InlineData("POST", "timestone-current/_search?nonsense=1", "{}", "")]
    [InlineData("POST", "timestone-current/_search?ignore_unavailable=maybe", "{}", "")]
    [InlineData("POST", "timestone-current/_search", """{"nonsense":1}""", "")]
    [InlineData("POST", "timestone-current/_search", """{"query":{"term":{"queue":"q"}}}""", "")]
    [InlineData("POST", "timestone-current/_search", """{"query":{"range":{"at":{"from":"2026-01-01"}}}}""", "")]
    [InlineData("POST", "timestone-current/_search", """{"query":{"term":{"queue":{"value":"q"}},"match":{"error":{"query":"q"}}}}""", "")]
    [InlineData("POST", "timestone-current/_search", """{"sort":[{"at":{"order":"down"}}]}""", "")]
    [InlineData("POST", "timestone-current/_search", """{"aggregations":{"a":{"max":{"fields":"at"}}}}""", "")]
    [InlineData("POST", "timestone-current/_search", """{"size":"ten"}""", "")]
    [InlineData("PUT", "_index_template/t", """{"template":{"mappings":{"properties":{"a":{"type":"keyword","analyser":"x"}}}}}""", "")]
    [InlineData("PUT", "_index_template/t", """{"template":{"settings":{"refresh":"1s"}}}""", "")]
    [InlineData("POST", "_aliases", """{"actions":[{"move":{"index":"a","alias":"b"}}]}""", "")]
    [InlineData("POST", "_aliases", "", "")]
    [InlineData("DELETE", "timestone-current-000001", "{}", "")]
    [InlineData("POST", "_bulk", "{\"index\":{\"_index\":\"i\",\"_id\":\"1\",\"_version\":1}}\n{}\n", "application/x-ndjson")]
    [InlineData("POST", "_bulk", "{\"index\":{\"_index\":\"i\",\"_id\":\"1\"}}\n{}", "application/x-ndjson")]
    [InlineData("POST", "_bulk", "{\"index\":{\"_index\":\"i\",\"_id\":\"1\"}}\n", "application/x-ndjson")]
    [InlineData("POST", "_bulk", "{\"delete\":{\"_index\":\"i\",\"_id\":\"1\"}}\n", "text/plain")]
    public async Task A_request_that_is_not_as_described_is_found(string method, string path, string body, string type)
    {
        await using var standIn = await ElasticsearchStandIn.StartAsync();
        using var http = new HttpClient { BaseAddress = standIn.Address };
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Accept.ParseAdd("application/json");
        if (body.Length > 0)
            request.Content = new StringContent(
                body,
                Encoding.UTF8,
                new System.Net.Http.Headers.MediaTypeHeaderValue(type.Length > 0 ? type : "application/json")
            );
        (await http.SendAsync(request)).StatusCode.ShouldBe(System.Net.HttpStatusCode.BadRequest);
        standIn.Problems.ShouldNotBeEmpty();
        standIn.ForgetProblems();
    }

    [Fact]
    public async Task Templates_carry_shards_and_replicas_where_they_are_given()
    {
        await using var bench = await ElasticsearchBench.OfStandInAsync(static address => new ElasticsearchOptions
        {
            Addresses = [address],
            Shards = 3,
            Replicas = 2,
            Prefix = "other",
        });
        await bench.Connection.SetUpAsync();
        bench.Cluster.Templates.Keys.Order().ShouldBe(["other-current", "other-historic"]);
        foreach (var template in bench.Cluster.Templates.Values)
            JsonNode.DeepEquals(template["template"]!["settings"]!["number_of_shards"], 3).ShouldBeTrue();
    }

    private static MessageSearch Everything => new()
    {
        Queue = "orders",
        State = MessageState.Pending,
        Filter = Metadata.Of("a.b", "1"),
        Worker = "w",
        Error = "disk",
        MinPriority = 1,
        MaxPriority = 2,
        EnqueuedFrom = DateTimeOffset.UnixEpoch,
        EnqueuedBefore = DateTimeOffset.UnixEpoch,
        UpdatedFrom = DateTimeOffset.UnixEpoch,
        UpdatedBefore = DateTimeOffset.UnixEpoch,
    };
}
