using System.Text.Json.Nodes;

namespace Timestone.Tests.Elasticsearch;

/// <summary>
/// A document, or with no source what is remembered of one that was deleted. Its fields are read once, when it is written.
/// </summary>
internal sealed class StandInDocument(
    StandInIndex index,
    string id,
    long version,
    byte[]? source,
    IReadOnlyDictionary<string, IComparable[]> fields
)
{
    public StandInIndex Index { get; } = index;

    public string Id { get; } = id;

    public long Version { get; } = version;

    /// <summary>The JSON; null of one that was deleted.</summary>
    public byte[]? Source { get; } = source;

    /// <summary>A field's values as they are compared: numbers and times as numbers, texts as texts.</summary>
    public IReadOnlyList<IComparable> Values(string field) => fields.GetValueOrDefault(field, []);

    /// <summary>The value of a field that has one.</summary>
    public IComparable Value(string field) => fields[field].Single();

    public JsonObject ToJson() => JsonNode.Parse(Source)!.AsObject();
}
