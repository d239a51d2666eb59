using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;

namespace Timestone.Api;

/// <summary>What stands in a request's path and query.</summary>
internal static class Arguments
{
    public static string Queue(this HttpContext context) => (string)context.Request.RouteValues["queue"]!;

    public static string MessageId(this HttpContext context) => (string)context.Request.RouteValues["id"]!;

    /// <summary>Refuses query parameters that the route does not have: a misspelt <c>state</c> must not purge everything.</summary>
    public static void CheckQuery(this HttpContext context, params ReadOnlySpan<string> known)
    {
        var text = context.Request.QueryString.Value;
        if (text is null or "" or "?")
            return;
        if (!Utf8.IsValid(WebUtility.UrlDecodeToBytes(System.Text.Encoding.UTF8.GetBytes(text), 0, System.Text.Encoding.UTF8.GetByteCount(text))))
            throw Validation.Invalid("query", "The query is not valid UTF-8.");
        foreach (var (name, values) in context.Request.Query)
        {
            if (!known.Contains(name))
                throw Validation.Invalid(name, $"There is no query parameter {name} here.");
            if (name != "filter" && values.Count > 1)
                throw Validation.Invalid(name, $"{name} stands twice.");
        }
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

    public static MessageState? State(this HttpContext context)
    {
        if (context.Text("state") is not { } text)
            return null;
        foreach (var state in Enum.GetValues<MessageState>())
        {
            if (text == NameOf(state))
                return state;
        }

        throw Validation.Invalid("state", $"state must be one of {string.Join(", ", Enum.GetValues<MessageState>().Select(NameOf))}.");
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
                throw Validation.Invalid("filter", $"The filter's key '{text[..colon]}' stands twice.");
        }

        return Metadata.From(pairs);
    }

    public static string NameOf(MessageState state) => JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());
}
