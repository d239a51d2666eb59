using System.Text;
using System.Text.Json.Nodes;

namespace Timestone.Tests.Elasticsearch;

/// <summary>Bulk requests.</summary>
internal sealed partial class StandInCluster
{
    /// <param name="body">The lines.</param>
    /// <param name="refuse">What refuses an item for another reason: its status, and what is wrong.</param>
    public StandInAnswer Bulk(byte[] body, Func<string, (int Status, string Type)?> refuse)
    {
        var items = new JsonArray();
        var required = BulkLines.Of(body)
            .Select(static line => JsonNode.Parse(line.Span)!.AsObject().FirstOrDefault().Value as JsonObject)
            .Where(static action => (bool?)action?["require_alias"] == true)
            .Select(static action => (string)action!["_index"]!)
            .ToHashSet();
        using var lines = BulkLines.Of(body).GetEnumerator();
        while (lines.MoveNext())
        {
            var (kind, action) = JsonNode.Parse(lines.Current.Span)!.AsObject().Single();
            var source = kind != "delete" && lines.MoveNext() ? JsonNode.Parse(lines.Current.Span)!.AsObject() : null;
            var (index, id) = ((string)action!["_index"]!, (string)action["_id"]!);
            if (Encoding.UTF8.GetByteCount(id) > 512)
                throw new InvalidOperationException($"An id is too long: {id}");
            var (status, result, error) = refuse(id) is { } refusal
                ? (refusal.Status, null, StandInAnswer.Cause(refusal.Type, "as the test wants it"))
                : IsRefused(kind, index, action, required)
                    ? (
                        404,
                        null,
                        StandInAnswer.Cause(
                            "index_not_found_exception",
                            $"[require_alias] request flag is [true] and [{index}] is not an alias"
                        )
                    )
                : Write(kind, index, id, (long?)action["version"], source);
            var item = new JsonObject
            {
                ["_index"] = index,
                ["_id"] = id,
                ["status"] = status,
            };
            if (result is not null)
                item["result"] = result;
            if (error is not null)
                item["error"] = error;
            items.Add(new JsonObject { [kind] = item });
        }

        return StandInAnswer.Ok(
            new JsonObject
            {
                ["took"] = 1,
                ["errors"] = items.Any(static item => item!.AsObject().Single().Value!["error"] is not null),
                ["items"] = items,
            }
        );
    }

    private (int Status, string? Result, JsonObject? Error) Write(string kind, string name, string id, long? version, JsonObject? source)
    {
        if (ToWrite(name) is not { } index)
            return (404, null, StandInAnswer.Cause("index_not_found_exception", $"no such index [{name}]"));
        var known = index.Written.GetValueOrDefault(id);
        if (kind == "update")
        {
            return known?.Source is null
                ? (404, null, StandInAnswer.Cause("document_missing_exception", $"[{id}]: document missing"))
                : throw new InvalidOperationException("A document is updated.");
        }

        if (source is not null && index.Problem(source) is { } problem)
            return (400, null, problem);
        if (
            kind == "create" ? known?.Source is not null
            : version is null && kind == "index" ? throw new InvalidOperationException("A write without a version.")
            : known?.Version >= version
        )
            return (409, null, StandInAnswer.Cause("version_conflict_engine_exception", $"[{id}]: version conflict"));
        if (source is null)
            index.Remove(id, version ?? 1);
        else
            index.Put(id, version ?? 1, source);
        return (kind, known?.Source) switch
        {
            ("delete", null) => (404, "not_found", null),
            ("delete", _) => (200, "deleted", null),
            (_, null) => (201, "created", null),
            _ => (200, "updated", null),
        };
    }

    // Whatever writes a document requires an alias. A deletion cannot, and makes no index when another item does.
    private bool IsRefused(string kind, string index, JsonNode action, HashSet<string> required)
    {
        if (kind == "delete")
            return required.Contains(index) && !AllAliases.Contains(index) && !_indices.ContainsKey(index);
        if ((bool?)action["require_alias"] != true)
            throw new InvalidOperationException($"A write to {index} does not require an alias.");
        return !AllAliases.Contains(index);
    }

    private StandInIndex? ToWrite(string name)
    {
        if (_indices.TryGetValue(name, out var index))
            return index;
        var behind = _indices.Values.Where(each => each.Aliases.Contains(name)).ToList();
        if (behind.Count > 1)
            throw new InvalidOperationException($"No write index is defined for the alias {name}.");
        if (behind.Count == 1)
            return behind[0];
        var template =
            TemplateOf(name) ?? throw new InvalidOperationException($"Writing to {name} would create an index without a template.");
        return (bool?)template["allow_auto_create"] == true ? Create(name) : null;
    }
}
