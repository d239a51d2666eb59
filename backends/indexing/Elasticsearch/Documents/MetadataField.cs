namespace Timestone.Indexing.Elasticsearch;

/// <summary>
/// Metadata as one field of keywords, <c>key=value</c> each, and not as an object: keys are the users' and hold dots, which Elasticsearch
/// would take for objects in objects. No key holds an equals sign, so that equality of the text is that of the pair.
/// </summary>
internal static class MetadataField
{
    public static string[] Of(Metadata metadata) => [.. metadata.Select(static pair => Of(pair.Key, pair.Value))];

    public static string Of(string key, string value) => $"{key}={value}";

    public static Metadata Read(string[] pairs) => Metadata.From(pairs.Select(static pair =>
    {
        var end = pair.IndexOf('=', StringComparison.Ordinal);
        return new KeyValuePair<string, string>(pair[..end], pair[(end + 1)..]);
    }));
}
