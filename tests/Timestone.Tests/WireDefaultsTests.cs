using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Shouldly;
using Timestone.Json;
using Xunit;

namespace Timestone.Tests;

public sealed class WireDefaultsTests
{
    [Fact]
    public void What_the_JSON_does_not_say_is_what_code_would_not_say()
    {
        Read("{}", TimestoneJson.Default.QueueSettings).ShouldBe(new QueueSettings());
        Read("""{"backoff":{}}""", TimestoneJson.Default.QueueSettings).ShouldBe(new QueueSettings());
        Read("{}", TimestoneJson.Default.NewMessage).ShouldBe(new NewMessage());
        Read("{}", TimestoneJson.Default.DequeueResult).Messages.ShouldBeEmpty();
        var request = Read("{}", TimestoneJson.Default.DequeueRequest);
        (request.Max, request.Filter, request.Settle.Count).ShouldBe((1, Metadata.Empty, 0));
    }

    [Fact]
    public void A_null_where_none_may_be_is_refused() =>
        Should.Throw<JsonException>(() => Read("""{"metadata":null}""", TimestoneJson.Default.NewMessage));

    private static T Read<T>(string json, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(json, type)!;
}
