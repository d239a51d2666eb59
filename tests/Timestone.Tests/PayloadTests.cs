using Shouldly;
using Xunit;

namespace Timestone.Tests;

public sealed class PayloadTests
{
    [Fact]
    public void Text_becomes_a_JSON_string() => Payload.FromText("a\"b").ToString().ShouldBe("\"a\\u0022b\"");

    [Fact]
    public void Text_that_is_not_one_JSON_value_is_refused() =>
        Should.Throw<TimestoneException>(() => Payload.FromJson("{} {}"u8.ToArray())).Error.Field.ShouldBe("payload");
}
