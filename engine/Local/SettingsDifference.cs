using System.Text.Json;
using System.Text.Json.Nodes;
using Timestone.Json;

namespace Timestone.Engine;

/// <summary>Names the settings in which two queues differ, as they are called on the wire.</summary>
internal static class SettingsDifference
{
    // By way of the format in which they are told and kept, so that a setting that is added there needs nothing here, and what that does
    // not tell apart (parts of milliseconds) is no difference.
    public static IEnumerable<string> Between(QueueSettings one, QueueSettings other) => Between(ToJson(one), ToJson(other), "");

    private static IEnumerable<string> Between(JsonObject one, JsonObject other, string prefix) =>
        one.Concat(other)
            .Select(static setting => setting.Key)
            .Distinct()
            .Where(name => !JsonNode.DeepEquals(one[name], other[name]))
            .SelectMany(name =>
                one[name] is JsonObject within && other[name] is JsonObject beside
                    ? Between(within, beside, $"{prefix}{name}.")
                    : [prefix + name]
            );

    private static JsonObject ToJson(QueueSettings settings) =>
        JsonSerializer.SerializeToNode(settings, TimestoneJson.Default.QueueSettings)!.AsObject();
}
