using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Shouldly;
using Timestone.Indexing.Elasticsearch;
using Xunit;

namespace Timestone.Tests.Elasticsearch;

/// <summary>
/// What stands in the indices. The records are those of REST and events, and the indices take no field that their template lacks: so a
/// property that is added there must be added to the template, or be left out of documents.
/// </summary>
public sealed class DocumentTests
{
    private const string Message = """
        {
          "queue": "mail", "id": "m1", "life": "1700000000000-5", "lifeCreatedAt": 1700000000000, "lifeSequence": 5, "version": 3,
          "state": "running", "priority": 7, "deadline": "2031-01-31T12:00:00.000Z", "metadata": ["a.b=c", "eq=x=y"],
          "enqueuedAt": "2031-01-30T12:00:00.000Z", "updatedAt": "2031-01-30T12:00:01.500Z", "attempt": 1, "worker": "w"
        }
        """;

    private const string Transition = """
        {
          "queue": "mail", "id": "m1", "life": "1700000000000-5", "lifeCreatedAt": 1700000000000, "lifeSequence": 5, "version": 3,
          "from": "pending", "to": "running", "cause": "dequeue", "at": "2031-01-30T12:00:01.500Z", "millisInFrom": 1500, "attempt": 1,
          "worker": "w", "priority": 7, "deadline": "2031-01-31T12:00:00.000Z", "missedDeadline": false, "metadata": ["a.b=c", "eq=x=y"],
          "enqueuedAt": "2031-01-30T12:00:00.000Z", "payload": "{\"to\":[1]}"
        }
        """;

    private const string Removal = """
        {
          "queue": "mail", "id": "m1", "life": "-5-0", "lifeCreatedAt": -5, "lifeSequence": 0, "version": 9, "from": "errored",
          "cause": "retention", "at": "2031-01-30T12:00:01.500Z", "attempt": 16, "error": "too late", "priority": -1,
          "missedDeadline": false, "metadata": [], "enqueuedAt": "2031-01-30T12:00:00.000Z", "payloadBase64": "AQI="
        }
        """;

    [Fact]
    public void The_template_of_current_messages_has_every_property() => NamesOf(DocumentJson.Current).ShouldBe(FieldsOf("current"));

    [Fact]
    public void The_template_of_histories_has_every_property() => NamesOf(DocumentJson.Historic).ShouldBe(FieldsOf("historic"));

    [Fact]
    public void A_message_is_written_as_it_is_read() => IsKept(Message, DocumentJson.Current);

    [Theory]
    [InlineData(Transition)]
    [InlineData(Removal)]
    public void A_transition_is_written_as_it_is_read(string document) => IsKept(document, DocumentJson.Historic);

    [Fact]
    public void A_stay_is_never_negative()
    {
        var read = JsonSerializer.Deserialize(Transition, DocumentJson.Historic)! with { InFrom = TimeSpan.FromMilliseconds(-3) };
        JsonSerializer.SerializeToNode(read, DocumentJson.Historic)!["millisInFrom"]!.GetValue<long>().ShouldBe(0);
    }

    [Fact]
    public void What_a_later_version_adds_is_passed_over() =>
        JsonSerializer
            .Deserialize(Message.Replace("\"queue\"", "\"later\": {}, \"queue\"", StringComparison.Ordinal), DocumentJson.Current)
            .ShouldBe(JsonSerializer.Deserialize(Message, DocumentJson.Current));

    private static void IsKept<T>(string document, JsonTypeInfo<T> type)
    {
        var written = JsonSerializer.SerializeToNode(JsonSerializer.Deserialize(document, type)!, type);
        JsonNode.DeepEquals(written, JsonNode.Parse(document)).ShouldBeTrue(written!.ToJsonString());
    }

    private static IEnumerable<string> NamesOf(JsonTypeInfo type) => type.Properties.Select(static property => property.Name).Order();

    private static IEnumerable<string> FieldsOf(string template)
    {
        using var text = typeof(ElasticsearchIndex).Assembly.GetManifestResourceStream($"{template}.json")!;
        return JsonNode.Parse(text)!["mappings"]!["properties"]!.AsObject().Select(static field => field.Key).Order();
    }
}
