using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Timestone.Api;

/// <summary>Turns what doc comments refer to in code into what it is on the wire.</summary>
internal static partial class WireWords
{
    /// <summary>The text with limits as their values and members as their names on the wire.</summary>
    public static string? Of(string? text) => text is null ? null : Reference().Replace(WebUtility.HtmlDecode(text), static match =>
    {
        var (type, member) = (match.Groups["type"].Value, match.Groups["member"].Value);
        return type == nameof(Limits) ? ValueOf(member) : NameOf(type, member);
    });

    private static string ValueOf(string limit) => typeof(Limits).GetMember(limit) switch
    {
        [FieldInfo field] => Convert.ToString(field.GetValue(null), CultureInfo.InvariantCulture)!,
        [PropertyInfo property] => $"{((TimeSpan)property.GetValue(null)!).TotalSeconds.ToString(CultureInfo.InvariantCulture)} s",
        _ => limit,
    };

    private static string NameOf(string type, string member) =>
        typeof(Limits)
            .Assembly.GetType($"{typeof(Limits).Namespace}.{type}")
            ?.GetProperty(member)
            ?.GetCustomAttribute<JsonPropertyNameAttribute>()
            ?.Name
        ?? JsonNamingPolicy.CamelCase.ConvertName(member);

    // As the generator of comments writes a reference: "int Limits.MaxBatch", "TimeSpan? NewMessage.Invisible", with '<' as an entity.
    [GeneratedRegex(@"[\w<>\[\]]+\?? (?<type>[A-Z]\w*)\.(?<member>[A-Z]\w*)\b")]
    private static partial Regex Reference();
}
