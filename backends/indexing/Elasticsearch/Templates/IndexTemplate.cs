using System.Text.Json.Nodes;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>What new indices are made with. Settings and mappings stand beside this file, as Elasticsearch takes them.</summary>
internal sealed class IndexTemplate
{
    // Above those that Elasticsearch brings along, which have 100 to 200.
    private const int Priority = 500;

    // Raised with each change of the files, for people who look.
    private const int Version = 2;

    private readonly JsonObject _contents;

    private IndexTemplate(string name, IReadOnlyList<string> patterns, JsonObject contents)
    {
        Name = name;
        Mappings = contents["mappings"]!.DeepClone().AsObject();
        _contents = new JsonObject
        {
            ["index_patterns"] = new JsonArray([.. patterns.Select(static pattern => (JsonNode)pattern)]),
            ["priority"] = Priority,
            ["version"] = Version,
            ["allow_auto_create"] = false,
            ["template"] = contents,
        };
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The fields of the documents.</summary>
    public JsonObject Mappings { get; }

    /// <summary>
    /// Of the index of current messages, which is made before it is used: nothing that is written to one of its aliases while that is away
    /// may become an index of that name.
    /// </summary>
    public static IndexTemplate Current(IndexNames names, ElasticsearchOptions options) =>
        new(names.Current, [names.Current, names.CurrentPattern], Contents("current.json", options));

    /// <summary>Of the historic indices, which <see cref="HistoricIndices"/> makes.</summary>
    public static IndexTemplate Historic(IndexNames names, ElasticsearchOptions options)
    {
        var contents = Contents("historic.json", options);
        contents["aliases"] = new JsonObject { [names.Historic] = new JsonObject() };
        return new IndexTemplate(names.Historic, [names.HistoricPattern], contents);
    }

    public JsonObject ToJson() => _contents.DeepClone().AsObject();

    private static JsonObject Contents(string file, ElasticsearchOptions options)
    {
        using var stream = typeof(IndexTemplate).Assembly.GetManifestResourceStream(file)!;
        var contents = JsonNode.Parse(stream)!.AsObject();
        var settings = contents["settings"]!.AsObject();
        if (options.Shards is { } shards)
            settings["number_of_shards"] = shards;
        if (options.Replicas is { } replicas)
            settings["number_of_replicas"] = replicas;
        else
            settings["auto_expand_replicas"] = "0-1";
        return contents;
    }
}
