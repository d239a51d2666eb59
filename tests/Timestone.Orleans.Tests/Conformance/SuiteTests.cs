using Shouldly;
using Timestone.Tests.Conformance;
using Xunit;

namespace Timestone.Orleans.Tests.Conformance;

public sealed class SuiteTests
{
    [Theory]
    [InlineData(typeof(OnSilos))]
    [InlineData(typeof(OverOrleans))]
    [InlineData(typeof(OverSiloGrpc))]
    public void Every_theme_runs(Type suite) =>
        suite.GetNestedTypes().Select(theme => theme.BaseType!.Name).Order().ShouldBe(typeof(ConformanceTests).Assembly.GetTypes()
            .Where(type => type.IsAbstract && type != typeof(IndexTests) && type.IsSubclassOf(typeof(ConformanceTests)))
            .Select(theme => theme.Name).Order());
}
