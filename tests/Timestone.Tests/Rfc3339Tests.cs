using System.Text.Json;
using Shouldly;
using Timestone.Json;
using Xunit;

namespace Timestone.Tests;

public sealed class Rfc3339Tests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("2031-01-31T12:00:00Z", "2031-01-31T12:00:00.000Z")]
    [InlineData("2031-01-31t12:00:00z", "2031-01-31T12:00:00.000Z")]
    [InlineData("2031-01-31T12:00:00.1Z", "2031-01-31T12:00:00.100Z")]
    [InlineData("2031-01-31T12:00:00.123456789Z", "2031-01-31T12:00:00.123Z")]
    [InlineData("2031-01-31T12:00:00.99999999999999999999999999999999999999999999999999999999999999999999Z", "2031-01-31T12:00:00.999Z")]
    [InlineData("1969-12-31T23:59:59.0009Z", "1969-12-31T23:59:59.000Z")]
    [InlineData("2031-01-31T12:00:00.5+05:30", "2031-01-31T06:30:00.500Z")]
    [InlineData("2031-01-31T12:00:00-23:59", "2031-02-01T11:59:00.000Z")]
    [InlineData("2031-01-31T12:00:00-00:00", "2031-01-31T12:00:00.000Z")]
    [InlineData("2028-02-29T00:00:00Z", "2028-02-29T00:00:00.000Z")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z")]
    [InlineData("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999Z")]
    [InlineData("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z")]
    [InlineData("2016-12-31T23:59:60.25Z", "2017-01-01T00:00:00.250Z")]
    [InlineData("2017-01-01T00:59:60+01:00", "2017-01-01T00:00:00.000Z")]
    public void A_time_reads_the_same_in_JSON_and_elsewhere(string text, string expected)
    {
        Rfc3339.TryParse(text, out var time).ShouldBeTrue();
        Rfc3339.Format(time).ShouldBe(expected);
        (time.Ticks % TimeSpan.TicksPerMillisecond).ShouldBe(0);
        time.Offset.ShouldBe(TimeSpan.Zero);
        InJson(text).ShouldBe(time);
        InJson(string.Concat(text.Select(static character => $"\\u{(int)character:x4}"))).ShouldBe(time);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2031-01-31")]
    [InlineData("2031-01-31T12:00Z")]
    [InlineData("2031-01-31T12:00:00")]
    [InlineData("2031-01-31T12:00:00.Z")]
    [InlineData("2031-01-31T12:00:00,5Z")]
    [InlineData("2031-01-31 12:00:00Z")]
    [InlineData(" 2031-01-31T12:00:00Z")]
    [InlineData("2031-01-31T12:00:00Z ")]
    [InlineData("2031-01-31T12:00:00+01")]
    [InlineData("2031-01-31T12:00:00+0100")]
    [InlineData("2031-01-31T12:00:00+24:00")]
    [InlineData("2031-01-31T12:00:00+01:60")]
    [InlineData("2031-01-31T12:00:00+-1:00")]
    [InlineData("2031-02-29T12:00:00Z")]
    [InlineData("2031-13-01T12:00:00Z")]
    [InlineData("2031-00-01T12:00:00Z")]
    [InlineData("2031-01-00T12:00:00Z")]
    [InlineData("2031-01-31T24:00:00Z")]
    [InlineData("2031-01-31T12:60:00Z")]
    [InlineData("2031-01-31T12:00:61Z")]
    [InlineData("2031-01-31T12:00:60Z")]
    [InlineData("2031-01-30T23:59:60Z")]
    [InlineData("2031-01-31T23:59:60+01:00")]
    [InlineData("9999-12-31T23:59:60Z")]
    [InlineData("0000-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("9999-12-31T23:59:59-01:00")]
    [InlineData("+031-01-31T12:00:00Z")]
    [InlineData("２０３１-01-31T12:00:00Z")]
    public void What_is_no_such_time_is_refused_in_JSON_and_elsewhere(string text)
    {
        Rfc3339.TryParse(text, out _).ShouldBeFalse();
        Should.Throw<JsonException>(() => InJson(text));
    }

    [Fact]
    public void Any_time_reads_as_it_was_written_whatever_the_digits_and_the_offset()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < 20_000; i++)
        {
            var offset = TimeSpan.FromMinutes(random.Next(-14 * 60, (14 * 60) + 1));
            var time = DateTimeOffset.FromUnixTimeMilliseconds(random.NextInt64(-62_000_000_000_000, 253_000_000_000_000));
            var more = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(10)));
            var local = time.ToOffset(offset);
            var text = FormattableString.Invariant($"{local:yyyy-MM-dd'T'HH:mm:ss.fff}{more}{local:zzz}");
            Rfc3339.TryParse(text, out var read).ShouldBeTrue(text);
            read.ShouldBe(time, text);
        }
    }

    [Fact]
    public void Text_that_is_not_well_formed_is_refused() => Should.Throw<JsonException>(() => InJson("\\ud800"));

    private static DateTimeOffset InJson(string text) =>
        JsonSerializer.Deserialize($$"""{"deadline":"{{text}}"}""", TimestoneJson.Default.NewMessage)!.Deadline!.Value;
}
