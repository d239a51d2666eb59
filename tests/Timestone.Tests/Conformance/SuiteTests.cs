using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

public sealed class SuiteTests
{
    // Several servers share a Redis, so that what one of them could follow is not all.
    private static readonly string[] WithoutIndex = ["OnGarnet", "OnRedis", "OnRedisCluster"];

    // The journal is one on which the other themes run already.
    private static readonly string[] IndexAlone = ["OnElasticsearch"];

    [Fact]
    public void Every_theme_runs_on_every_subject()
    {
        var types = typeof(ConformanceTests).Assembly.GetTypes();
        var themes = types
            .Where(type =>
                type.IsAbstract
                && (type.BaseType == typeof(ConformanceTests) || type.BaseType == typeof(IndexTests))
                && type != typeof(IndexTests)
            )
            .ToList();
        var suites = types.Where(type => themes.Contains(type.BaseType!)).GroupBy(type => type.DeclaringType!).ToList();
        suites.ShouldNotBeEmpty();
        foreach (var suite in suites)
        {
            var expected = themes.Where(theme =>
                !(theme.BaseType == typeof(IndexTests) ? WithoutIndex : IndexAlone).Contains(suite.Key.Name)
            );
            suite.Select(type => type.BaseType!.Name).Order().ShouldBe(expected.Select(theme => theme.Name).Order(), suite.Key.Name);
        }
    }
}
