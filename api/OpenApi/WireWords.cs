using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Timestone.Api;

/// <summary>Turns what doc comments refer to in code into what it is on the wire.</summary>
internal static partial class WireWords
{
    /// <summary>The text with limits as their values and members as their names on the wire.</summary>
    public static string? Of(string? text) => text is null ? null : Reference().Replace(text, static match =>
    {
        var (type, member) = (match.Groups["type"].Value, match.Groups["member"].Value);
        return type == nameof(Limits) ? ValueOf(member) : JsonNamingPolicy.CamelCase.ConvertName(member);
    });

    private static string ValueOf(string limit) => typeof(Limits).GetMember(limit) switch
    {
        [FieldInfo field] => Convert.ToString(field.GetValue(null), CultureInfo.InvariantCulture)!,
        [PropertyInfo property] => $"{((TimeSpan)property.GetValue(null)!).TotalSeconds.ToString(CultureInfo.InvariantCulture)} s",
        _ => limit,
    };

    // As the generator of comments writes a reference: "int Limits.MaxBatch", "TimeSpan? NewMessage.Invisible".
    [GeneratedRegex(@"[\w<>\[\]]+\?? (?<type>[A-Z]\w*)\.(?<member>[A-Z]\w*)\b")]
    private static partial Regex Reference();
}
