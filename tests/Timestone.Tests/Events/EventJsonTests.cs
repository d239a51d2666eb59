using System.Text;
using System.Text.Json;
using Shouldly;
using Timestone.Json;
using Xunit;

namespace Timestone.Tests.Events;

public sealed class EventJsonTests
{
    private const string Removed = """{"queue":"q","id":"a","life":"1-1","version":2}""";

    [Fact]
    public void Properties_of_newer_writers_are_passed_over() =>
        Read(
            """{"schema":1,"kind":"message_removed","removedMessage":{"queue":"q","id":"a","life":"1-1","version":2,"new":[1]},"also":{}}"""
        )
            .RemovedMessage.ShouldBe(new RemovedMessage("q", "a", "1-1", 2));

    [Theory]
    [InlineData($$"""{"schema":2,"kind":"message_removed","removedMessage":{{Removed}}}""")]
    [InlineData("""{"schema":2,"kind":"something_new"}""")]
    [InlineData("""{"kind":7,"schema":2}""")]
    public void A_newer_schema_is_refused_as_such(string json) =>
        Should.Throw<JsonException>(() => Read(json)).Message.ShouldBe("Its schema is 2, and 1 is the newest that can be read here.");

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("[1,2]")]
    [InlineData("{}")]
    [InlineData("""{"schema":0,"kind":"queue_removed","removedQueue":{"queue":"q","createdAt":"2026-11-21T00:00:00Z"}}""")]
    [InlineData($$"""{"schema":1,"kind":"transition","removedMessage":{{Removed}}}""")]
    [InlineData("""{"schema":1,"kind":"message_removed","removedMessage":{"queue":"q","id":"a","life":"1-1"}}""")]
    [InlineData("""{"schema":1,"kind":"message_removed","removedMessage":{"queue":null,"id":"a","life":"1-1","version":2}}""")]
    [InlineData("""{"schema":1,"kind":"something_new"}""")]
    public void What_is_no_event_is_refused(string json) =>
        Should.Throw<JsonException>(() => Read(json)).Message.ShouldStartWith("It is no event");

    [Fact]
    public void A_payload_of_the_deepest_nesting_comes_through()
    {
        var deep = new string('[', Limits.MaxJsonDepth) + new string(']', Limits.MaxJsonDepth);
        var enqueue = Read("""
            {"schema":1,"kind":"transition","transition":{"queue":"q","id":"a","life":"1-1","version":1,"to":"pending","cause":"enqueue",
            "at":"2026-11-21T00:00:00Z","attempt":0,"priority":1,"metadata":{},"enqueuedAt":"2026-11-21T00:00:00Z"}}
            """);
        var carrying = enqueue with { Transition = enqueue.Transition! with { Payload = Payload.FromJson(Encoding.UTF8.GetBytes(deep)) } };
        EventJson.Read(EventJson.Write(carrying)).Transition!.Payload.ToString().ShouldBe(deep);
    }

    private static StreamEvent Read(string json) => EventJson.Read(Encoding.UTF8.GetBytes(json));
}
