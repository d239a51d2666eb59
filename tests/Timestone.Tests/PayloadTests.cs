using System.Text;
using Shouldly;
using Xunit;

namespace Timestone.Tests;

public sealed class PayloadTests
{
    [Fact]
    public void Text_becomes_a_JSON_string() => Payload.FromText("a\"b").ToString().ShouldBe("\"a\\u0022b\"");

    [Fact]
    public void JSON_that_is_nested_too_deeply_is_refused() =>
        Should.Throw<TimestoneException>(() => Payload.FromJson(Encoding.UTF8.GetBytes(new string('[', 65) + new string(']', 65)))).Error
            .ShouldBe(new TimestoneError(ErrorCode.InvalidArgument, "JSON may be nested 64 levels deep at the most.", "payload"));

    [Fact]
    public void Brackets_in_strings_and_side_by_side_are_no_levels()
    {
        var json = $"[{string.Join(',', Enumerable.Repeat("{}", 100))},\"{new string('[', 100)}\"]";
        Payload.FromJson(Encoding.UTF8.GetBytes(json)).ToString().ShouldBe(json);
    }

    [Fact]
    public void Text_that_is_not_UTF_8_is_refused() =>
        Should.Throw<TimestoneException>(() => Payload.FromJson(new byte[] { (byte)'"', 0xff, (byte)'"' })).Error.Field.ShouldBe("payload");

    [Fact]
    public void Text_that_is_not_one_JSON_value_is_refused() =>
        Should.Throw<TimestoneException>(() => Payload.FromJson("{} {}"u8.ToArray())).Error.Field.ShouldBe("payload");

    [Fact]
    public void JSON_can_be_given_as_a_string()
    {
        Payload.FromJson(""" {"to": "żółć"} """).ShouldBe(Payload.FromJson("""{"to": "żółć"}"""u8.ToArray()));
        Should.Throw<TimestoneException>(() => Payload.FromJson("{")).Error.Field.ShouldBe("payload");
    }

    [Fact]
    public void Metadata_can_be_given_as_a_dictionary()
    {
        var message = new NewMessage { Metadata = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" } };
        message.Metadata.ShouldBe(Metadata.From([new("a", "1"), new("b", "2")]));
    }
}
