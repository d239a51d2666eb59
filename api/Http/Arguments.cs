using System.Globalization;
using System.Net;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Timestone.Json;

namespace Timestone.Api;

/// <summary>What stands in a request's path and query.</summary>
internal static class Arguments
{
    public static string Queue(this HttpContext context) => (string)context.Request.RouteValues["queue"]!;

    public static string MessageId(this HttpContext context) => (string)context.Request.RouteValues["id"]!;

    // Far beyond every limit, and well inside what a TimeSpan holds.
    private const double MostSeconds = 1e11;

    /// <summary>Refuses query parameters that the route does not have: a misspelt <c>state</c> must not purge everything.</summary>
    public static void CheckQuery(this HttpContext context, params ReadOnlySpan<string> known)
    {
        var text = context.Request.QueryString.Value;
        if (text is null or "" or "?")
            return;
        if (
            !Utf8.IsValid(
                WebUtility.UrlDecodeToBytes(System.Text.Encoding.UTF8.GetBytes(text), 0, System.Text.Encoding.UTF8.GetByteCount(text))
            )
        )
            throw Validation.Invalid("query", "The query is not valid UTF-8.");
        foreach (var (name, values) in context.Request.Query)
        {
            if (!IsKnown(known, name))
                throw Validation.Invalid(name, $"There is no query parameter {name.Cut()} here.");
            if (name != "filter" && values.Count > 1)
                throw Validation.Invalid(name, $"{name.Cut()} stands twice.");
        }
    }

    // As routes are described: what stands behind '=' tells apart parameters of one name, see Parameters.
    private static bool IsKnown(ReadOnlySpan<string> known, string name)
    {
        foreach (var one in known)
        {
            if (one.AsSpan().SequenceEqual(name) || (one.StartsWith(name, StringComparison.Ordinal) && one[name.Length] == '='))
                return true;
        }

        return false;
    }

    public static string? Text(this HttpContext context, string name) =>
        context.Request.Query.TryGetValue(name, out var value) ? value.ToString() : null;

    public static int Number(this HttpContext context, string name, int absent)
    {
        if (context.Text(name) is not { } text)
            return absent;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Validation.Invalid(name, $"{name} must be a whole number.");
    }

    public static long? BigNumber(this HttpContext context, string name)
    {
        if (context.Text(name) is not { } text)
            return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Validation.Invalid(name, $"{name} must be a whole number of 64 bits.");
    }

    public static TimeSpan Seconds(this HttpContext context, string name, TimeSpan absent) =>
        context.Text(name) is not { } text ? absent
        : double.TryParse(
            text,
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture,
            out var seconds
        )
        && Math.Abs(seconds) <= MostSeconds
            ? TimeSpan.FromMilliseconds((long)Math.Round(seconds * 1000))
        : throw Validation.Invalid(name, $"{name} must be a number of seconds.");

    public static DateTimeOffset? Time(this HttpContext context, string name) =>
        context.Text(name) is not { } text ? null
        : Rfc3339.TryParse(text, out var time) ? time
        : throw Validation.Invalid(name, $"{name} must be {Rfc3339.Rule}.");

    public static bool Flag(this HttpContext context, string name) => context.Text(name) switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw Validation.Invalid(name, $"{name} must be true or false."),
    };

    public static MessageState? State(this HttpContext context) => context.Word<MessageState>("state");

    /// <summary>A word of an enumeration by its name on the wire; null where it is not given.</summary>
    public static T? Word<T>(this HttpContext context, string name)
        where T : struct, Enum
    {
        if (context.Text(name) is not { } text)
            return null;
        return EnumNames.Find<T>(text)
            ?? throw Validation.Invalid(name, $"{name} must be one of {string.Join(", ", EnumNames.All<T>())}.");
    }

    /// <summary>The pairs of every <c>filter=key:value</c>; a value may hold colons, a key cannot.</summary>
    public static Metadata Filter(this HttpContext context)
    {
        if (!context.Request.Query.TryGetValue("filter", out var given))
            return Metadata.Empty;
        var pairs = new Dictionary<string, string>();
        foreach (var text in given)
        {
            var colon = text!.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1)
                throw Validation.Invalid("filter", "filter must be key:value.");
            if (!pairs.TryAdd(text[..colon], text[(colon + 1)..]))
                throw Validation.Invalid("filter", $"The filter's key '{text[..colon].Cut()}' stands twice.");
        }

        return Metadata.From(pairs);
    }
}
