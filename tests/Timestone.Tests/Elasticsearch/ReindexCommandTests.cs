using System.Text.Json.Nodes;
using Shouldly;
using Timestone.Tests.Cli;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Elasticsearch;

[Slow]
public sealed class ReindexCommandTests
{
    [Fact]
    public async Task An_index_is_built_anew_from_the_service()
    {
        await using var standIn = await ElasticsearchStandIn.StartAsync();
        standIn.Authorization = "Basic ZWxhc3RpYzpwYXNz";
        await using var bench = new CliBench();
        (bench.Environment["TIMESTONE_ELASTICSEARCH_USER"], bench.Environment["TIMESTONE_ELASTICSEARCH_PASSWORD"]) = ("elastic", "pass");
        await bench.Service.EnqueueAsync("q", [new NewMessage { Id = "a" }, new NewMessage { Id = "b" }]);
        var outcome = await bench.RunAsync("reindex", "--elasticsearch", standIn.Address.ToString(), "--wait", "0s");
        outcome.Code.ShouldBe(0, outcome.ToString());
        outcome.Out.ShouldBe("timestone-current-000002: 2 messages of 1 queues\n");
        standIn.Cluster.Indices["timestone-current-000002"].Written.Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_another_rebuild_has_begun_is_not_touched_unless_asked_to()
    {
        await using var standIn = await ElasticsearchStandIn.StartAsync();
        await using var bench = new CliBench();
        using (var connection = new Timestone.Indexing.Elasticsearch.ElasticsearchConnection(ElasticsearchBench.Quick(standIn.Address)))
            await connection.SetUpAsync();
        standIn.Cluster.CreateIndex(
            "timestone-current-000002",
            new JsonObject { ["aliases"] = new JsonObject { ["timestone-current-next"] = new JsonObject() } }
        );
        var outcome = await bench.RunAsync("reindex", "--elasticsearch", standIn.Address.ToString());
        (outcome.Code, outcome.Error).ShouldBe(
            (
                1,
                "timestone: The index timestone-current-000002 is being built by someone else, or was left behind by a rebuild that was killed. Where no other one is at work: --restart.\n"
            )
        );
    }

    [Theory]
    [InlineData("http://elastic:secret@localhost:9200")]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task An_address_that_cannot_be_is_wrong_usage(string address)
    {
        await using var bench = new CliBench();
        var outcome = await bench.RunAsync("reindex", "--elasticsearch", address);
        outcome.Code.ShouldBe(2);
        outcome.Error.ShouldNotContain("secret");
    }

    [Fact]
    public async Task Without_an_elasticsearch_it_is_unavailable()
    {
        await using var bench = new CliBench();
        (await bench.RunAsync("reindex", "--elasticsearch", "http://127.0.0.1:1")).Code.ShouldBe(3);
    }
}
