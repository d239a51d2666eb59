using System.Globalization;

namespace Timestone.Json;

/// <summary>Times as RFC 3339 text, where they stand outside of JSON: in addresses and on command lines.</summary>
public static class Rfc3339
{
    /// <summary>What a time looks like, for whoever is told that theirs does not.</summary>
    public const string Rule = "an RFC 3339 time with an offset such as 2026-01-31T12:00:00Z";

    private const string Written = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const string Read = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK";

    /// <summary>A time in UTC, cut to the millisecond.</summary>
    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString(Written, CultureInfo.InvariantCulture);

    /// <summary>Reads a time with any offset, which must be given.</summary>
    public static bool TryParse(string text, out DateTimeOffset time)
    {
        time = default;
        return HasOffset(text) && DateTimeOffset.TryParseExact(text, Read, CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
    }

    internal static bool HasOffset(string text) =>
        text.EndsWith('Z') || (text.Length > 19 && text[^6] is ('+' or '-'));
}
