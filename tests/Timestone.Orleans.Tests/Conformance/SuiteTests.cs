using Shouldly;
using Timestone.Tests.Conformance;
using Xunit;

namespace Timestone.Orleans.Tests.Conformance;

public sealed class SuiteTests
{
    // Searches are answered from the index alone, which all silos share: grains only pass them on.
    private static readonly Type OfTheIndex = typeof(IndexTests);

    [Theory]
    [InlineData(typeof(OnSilos))]
    [InlineData(typeof(OverOrleans))]
    public void Every_theme_but_those_of_the_index_runs(Type suite) =>
        suite.GetNestedTypes().Select(theme => theme.BaseType!.Name).Order().ShouldBe(typeof(ConformanceTests).Assembly.GetTypes()
            .Where(type => type.IsAbstract && type != OfTheIndex && type.IsSubclassOf(typeof(ConformanceTests)) && !type.IsSubclassOf(OfTheIndex))
            .Select(theme => theme.Name).Order());
}
