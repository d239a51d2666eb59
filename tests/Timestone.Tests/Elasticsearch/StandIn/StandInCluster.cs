using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Timestone.Tests.Elasticsearch;

/// <summary>
/// What the stand-in holds, and what each request does with it. Throws what would be a mistake of the code under test that
/// Elasticsearch itself would let pass.
/// </summary>
internal sealed partial class StandInCluster
{
    private readonly Dictionary<string, StandInIndex> _indices = [];
    private readonly Dictionary<string, JsonObject> _templates = [];

    /// <summary>The version that it says it is.</summary>
    public string Version { get; set; } = "9.1.0";

    /// <summary>Whether searches see all that was written before, as if a second had passed.</summary>
    public bool RefreshesBySearch { get; set; } = true;

    public IReadOnlyDictionary<string, StandInIndex> Indices => _indices;

    public IReadOnlyDictionary<string, JsonObject> Templates => _templates;

    /// <summary>Whether a request is for a later version.</summary>
    public bool IsTooOldFor(string accept) =>
        accept.Contains("compatible-with=9", StringComparison.Ordinal) && int.TryParse(Version.Split('.')[0], out var major) && major < 9;

    public void Refresh()
    {
        foreach (var index in _indices.Values)
            index.Refresh();
    }

    public StandInAnswer Info() => StandInAnswer.Ok(new JsonObject
    {
        ["name"] = "stand-in",
        ["cluster_name"] = "stand-in",
        ["cluster_uuid"] = "0",
        ["version"] = new JsonObject
        {
            ["number"] = Version,
            ["build_flavor"] = "default",
            ["build_hash"] = "0",
            ["build_date"] = "2026-01-01T00:00:00Z",
            ["build_snapshot"] = false,
            ["build_type"] = "docker",
            ["lucene_version"] = "10.0.0",
            ["minimum_wire_compatibility_version"] = "8.19.0",
            ["minimum_index_compatibility_version"] = "8.0.0",
        },
        ["tagline"] = "You Know, for Search",
    });

    public StandInAnswer PutTemplate(string name, JsonObject template)
    {
        _templates[name] = template;
        return StandInAnswer.Acknowledged();
    }

    public StandInAnswer PutMapping(string index, JsonObject mappings)
    {
        foreach (var each in Resolve(index))
            each.AddFields(mappings);
        return StandInAnswer.Acknowledged();
    }

    public StandInAnswer CreateIndex(string name, JsonObject body)
    {
        if (_indices.ContainsKey(name) || AllAliases.Contains(name))
            return StandInAnswer.Error(400, "resource_already_exists_exception", $"index [{name}] already exists");
        if (body["aliases"]?.AsObject().FirstOrDefault(alias => _indices.ContainsKey(alias.Key)) is { Key: { } taken })
            return StandInAnswer.Error(400, "invalid_alias_name_exception", $"Invalid alias name [{taken}]: an index has the same name");
        var index = Create(name);
        index.Aliases.UnionWith(body["aliases"]?.AsObject().Select(static alias => alias.Key) ?? []);
        return StandInAnswer.Ok(new JsonObject { ["acknowledged"] = true, ["shards_acknowledged"] = true, ["index"] = name });
    }

    public StandInAnswer DeleteIndex(string name)
    {
        if (name.Contains('*', StringComparison.Ordinal))
            return StandInAnswer.Error(400, "illegal_argument_exception", $"[{name}] is no name of one index");
        _indices.Remove(name);
        return StandInAnswer.Acknowledged();
    }

    /// <param name="indices">Which indices, by names and patterns with commas between.</param>
    /// <param name="aliases">Which aliases, likewise; null for all indices, be they without any.</param>
    public StandInAnswer GetAliases(string indices, string? aliases)
    {
        var answer = new JsonObject();
        foreach (var index in Resolve(indices))
        {
            var found = index.Aliases.Where(alias => aliases?.Split(',').Any(pattern => IsLike(alias, pattern)) != false).ToList();
            if (found.Count > 0 || aliases is null)
                answer[index.Name] = new JsonObject
                {
                    ["aliases"] = new JsonObject(
                        found.Select(static alias => new KeyValuePair<string, JsonNode?>(alias, new JsonObject()))
                    ),
                };
        }

        return StandInAnswer.Ok(answer);
    }

    public StandInAnswer UpdateAliases(JsonObject body)
    {
        var actions = body["actions"]!
            .AsArray()
            .Select(static action => action!.AsObject().Single())
            .Select(static action => (action.Key, Index: (string)action.Value!["index"]!, Alias: (string?)action.Value["alias"]))
            .ToList();
        foreach (var (kind, index, alias) in actions)
        {
            if (!_indices.TryGetValue(index, out var found))
                return StandInAnswer.MissingIndex(index);
            if (kind == "remove" && !found.Aliases.Contains(alias!))
                return StandInAnswer.Error(404, "aliases_not_found_exception", $"aliases [{alias}] missing");
        }

        foreach (var (kind, index, alias) in actions)
            _ = kind switch
            {
                "add" => _indices[index].Aliases.Add(alias!),
                "remove" => _indices[index].Aliases.Remove(alias!),
                _ => _indices.Remove(index),
            };
        return StandInAnswer.Acknowledged();
    }

    public StandInAnswer RefreshIndex(string index)
    {
        if (Resolve(index).ToList() is not { Count: > 0 } found)
            return StandInAnswer.MissingIndex(index);
        found.ForEach(static each => each.Refresh());
        return StandInAnswer.Ok(new JsonObject { ["_shards"] = StandInAnswer.Shards() });
    }

    public StandInAnswer DeleteByQuery(string index, JsonObject body)
    {
        if (Resolve(index).ToList() is not [var one])
            return StandInAnswer.MissingIndex(index);
        var found = StandInQuery.Find(one, body["query"]!.AsObject()).Take((int)body["max_docs"]!).ToList();

        // What was written since the last refresh is a conflict, and left.
        var unchanged = found.Where(each => one.Written[each.Id] == each).ToList();
        foreach (var each in unchanged)
            one.Remove(each.Id, each.Version + 1);
        one.Refresh();
        return StandInAnswer.Ok(new JsonObject
        {
            ["took"] = 1,
            ["timed_out"] = false,
            ["total"] = found.Count,
            ["deleted"] = unchanged.Count,
            ["batches"] = 1,
            ["version_conflicts"] = found.Count - unchanged.Count,
            ["noops"] = 0,
            ["failures"] = new JsonArray(),
        });
    }

    public StandInAnswer Search(string index, JsonObject body, bool typedKeys)
    {
        var found = Resolve(index).ToList();
        if (RefreshesBySearch)
            found.ForEach(static each => each.Refresh());
        return StandInSearch.Run(found, body, typedKeys);
    }

    public StandInAnswer DocumentExists(string index, string id) => Resolve(index).ToList() is [var one]
        ? new StandInAnswer(one.Written.GetValueOrDefault(id)?.Source is null ? 404 : 200, null)
        : new StandInAnswer(404, null);

    private IEnumerable<string> AllAliases => _indices.Values.SelectMany(static index => index.Aliases);

    // Missing ones are left out: that is how each is asked for that may be missing.
    private IEnumerable<StandInIndex> Resolve(string expression) => expression.Split(',')
        .SelectMany(each => _indices.Values.Where(index => IsLike(index.Name, each) || index.Aliases.Any(alias => IsLike(alias, each))))
        .Distinct()
        .OrderBy(static index => index.Name, StringComparer.Ordinal);

    private StandInIndex Create(string name)
    {
        var template = TemplateOf(name) ?? throw new InvalidOperationException($"No template covers the index {name}.");
        var contents = template["template"]!.DeepClone().AsObject();
        var index = new StandInIndex(name, contents["settings"]!.AsObject(), contents["mappings"]!.AsObject());
        index.Aliases.UnionWith(contents["aliases"]?.AsObject().Select(static alias => alias.Key) ?? []);
        _indices.Add(name, index);
        return index;
    }

    private JsonObject? TemplateOf(string index) => _templates.Values
        .Where(template => template["index_patterns"]!.AsArray().Any(pattern => IsLike(index, (string)pattern!)))
        .MaxBy(static template => (int)template["priority"]!);

    private static bool IsLike(string name, string pattern) =>
        Regex.IsMatch(name, $"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)}$");
}
