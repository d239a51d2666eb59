using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

public sealed class SuiteTests
{
    [Fact]
    public void Every_theme_runs_on_every_subject()
    {
        var types = typeof(ConformanceTests).Assembly.GetTypes();
        var themes = types.Where(type => type.IsAbstract && type.BaseType == typeof(ConformanceTests)).ToList();
        var suites = types.Where(type => themes.Contains(type.BaseType!)).GroupBy(type => type.DeclaringType!).ToList();
        suites.ShouldNotBeEmpty();
        foreach (var suite in suites)
            suite.Select(type => type.BaseType!.Name).Order().ShouldBe(themes.Select(theme => theme.Name).Order(), suite.Key.Name);
    }
}
