using Shouldly;
using Xunit;

namespace Timestone.Tests.Support;

public sealed class UnusualSettingsTests
{
    [Fact]
    public void No_setting_is_as_it_is_by_default()
    {
        ShouldAllDiffer(UnusualSettings.All, new QueueSettings());
        ShouldAllDiffer(UnusualSettings.All.Backoff, new Backoff());
    }

    private static void ShouldAllDiffer<T>(T one, T other)
    {
        foreach (var property in typeof(T).GetProperties().Where(static property => property.SetMethod is not null))
            property.GetValue(one).ShouldNotBe(property.GetValue(other), property.Name);
    }
}
