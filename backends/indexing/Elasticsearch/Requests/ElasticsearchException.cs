using System.Text.Json;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>Elasticsearch refused a request, or one item of it.</summary>
internal sealed class ElasticsearchException(int status, string type, string message, TimeSpan? retryAfter = null) : IOException(message)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>Elasticsearch's name of what is wrong; empty where it gave none.</summary>
    public string Type { get; } = type;

    /// <summary>For how long it asks to be left alone.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>Whether the same request can succeed in a while.</summary>
    public bool IsTransient => Status is 408 or 429 or >= 500 || (Status == 404 && Type == MissingIndex);

    /// <summary>The type of what is wrong when an index or alias is not there: aliases move while indices are rebuilt.</summary>
    public const string MissingIndex = "index_not_found_exception";

    /// <summary>The type of what is wrong when an index is to be made that is there.</summary>
    public const string IndexExists = "resource_already_exists_exception";

    /// <summary>The type of what is wrong when an alias is to be made of a name that an index has.</summary>
    public const string NameTaken = "invalid_alias_name_exception";

    /// <summary>What the body of a refusal says: its type, and its reason with that of its cause; nothing where it is no JSON.</summary>
    public static (string Type, string Reason) Cause(byte[]? body)
    {
        try
        {
            using var document = JsonDocument.Parse(body ?? []);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("error", out var error)
                ? Cause(error)
                : ("", "");
        }
        catch (JsonException)
        {
            return ("", "");
        }
    }

    /// <summary>What an error says: its type, and its reason with that of its cause.</summary>
    public static (string Type, string Reason) Cause(JsonElement error)
    {
        if (error.ValueKind == JsonValueKind.String)
            return ("", error.GetString()!);
        if (error.ValueKind != JsonValueKind.Object)
            return ("", "");
        var type = Text(error, "type");
        var reason = $"{type}: {Text(error, "reason")}";
        if (error.TryGetProperty("caused_by", out var cause) && cause.ValueKind == JsonValueKind.Object)
            reason += $" ({Text(cause, "type")}: {Text(cause, "reason")})";
        return (type, reason);
    }

    private static string Text(JsonElement error, string name) =>
        error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
