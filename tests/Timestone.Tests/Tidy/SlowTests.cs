using Shouldly;
using Xunit;

namespace Timestone.Tests.Tidy;

/// <summary>The fast set of tests stays fast.</summary>
public sealed class SlowTests
{
    private static readonly string[] Starters =
    [
        "KafkaServer",
        "TestKafka",
        "ElasticsearchServer",
        "ElasticsearchBench",
        "ScrubBench",
        "FlowServices",
        "ServerOnCall",
        "ServerProcess",
        "ForeignPage",
    ];

    [Fact]
    public void Tests_that_start_Kafka_Elasticsearch_a_browser_or_servers_are_marked_as_slow()
    {
        var starting = Repository
            .Files("Tests.cs")
            .Where(static file => file.StartsWith("tests/Timestone.Tests/", StringComparison.Ordinal))
            .Select(static file => (Name: file, Code: Repository.CodeOf(Repository.Read(file))))
            .Where(static file => Starters.Any(starter => file.Code.Contains(starter, StringComparison.Ordinal)))
            .ToList();
        starting.Count.ShouldBeGreaterThan(20);
        starting
            .Where(static file => !file.Code.Contains("[Slow]", StringComparison.Ordinal))
            .Select(static file => file.Name)
            .ShouldBeEmpty();
    }
}
