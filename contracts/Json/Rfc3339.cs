using System.Globalization;

namespace Timestone.Json;

/// <summary>Times as RFC 3339 text: in JSON, in addresses and on command lines.</summary>
public static class Rfc3339
{
    /// <summary>What a time looks like, for whoever is told that theirs does not.</summary>
    public const string Rule = "an RFC 3339 time with seconds and an offset such as 2026-01-31T12:00:00Z";

    private const string Written = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const int SecondsLength = 19;

    /// <summary>A time in UTC, cut to the millisecond.</summary>
    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString(Written, CultureInfo.InvariantCulture);

    /// <summary>
    /// Reads a time with seconds, any number of digits after them, and an offset, all as the RFC has them; <c>T</c> and <c>Z</c> may be
    /// small.
    /// A leap second, the 60 at the end of a month in UTC, is the second after it, as in Unix time.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="time">The time in UTC, rounded down to the millisecond.</param>
    /// <returns>False when the text is none, or a time before year 1 or after year 9999.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset time)
    {
        time = default;
        if (
            text.Length <= SecondsLength
            || text[4] != '-'
            || text[7] != '-'
            || text[10] is not ('T' or 't')
            || text[13] != ':'
            || text[16] != ':'
        )
            return false;
        var (year, month, day) = (Number(text[..4]), Number(text[5..7]), Number(text[8..10]));
        var (hour, minute, second) = (Number(text[11..13]), Number(text[14..16]), Number(text[17..19]));
        if (
            year < 1
            || month is < 1 or > 12
            || day < 1
            || day > DateTime.DaysInMonth(year, month)
            || hour is < 0 or > 23
            || minute is < 0 or > 59
            || second is < 0 or > 60
        )
            return false;
        if (!TryMilliseconds(text[SecondsLength..], out var milliseconds, out var rest) || !TryOffset(rest, out var offset))
            return false;

        // Beyond the first and the last time there is.
        var ticks =
            new DateTime(year, month, day, hour, minute, Math.Min(second, 59)).Ticks
            - offset.Ticks
            + (milliseconds * TimeSpan.TicksPerMillisecond);
        if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks)
            return false;
        var utc = new DateTime(ticks, DateTimeKind.Utc);
        if (second == 60)
        {
            if (
                utc.TimeOfDay < new TimeSpan(23, 59, 59)
                || utc.Day != DateTime.DaysInMonth(utc.Year, utc.Month)
                || utc.Date == DateTime.MaxValue.Date
            )
                return false;
            utc = utc.AddSeconds(1);
        }

        time = new DateTimeOffset(utc);
        return true;
    }

    // The fraction, whose digits after the third are looked at and left out, and what follows it.
    private static bool TryMilliseconds(ReadOnlySpan<char> text, out int milliseconds, out ReadOnlySpan<char> rest)
    {
        milliseconds = 0;
        rest = text;
        if (text[0] != '.')
            return true;
        var digits = text[1..].IndexOfAnyExceptInRange('0', '9');
        if (digits < 1)
            return false;
        for (var digit = 0; digit < 3; digit++)
            milliseconds = (milliseconds * 10) + (digit < digits ? text[1 + digit] - '0' : 0);
        rest = text[(1 + digits)..];
        return true;
    }

    private static bool TryOffset(ReadOnlySpan<char> text, out TimeSpan offset)
    {
        offset = default;
        if (text is "Z" or "z")
            return true;
        if (text.Length != 6 || text[0] is not ('+' or '-') || text[3] != ':')
            return false;
        var (hours, minutes) = (Number(text[1..3]), Number(text[4..6]));
        if (hours is < 0 or > 23 || minutes is < 0 or > 59)
            return false;
        offset = new TimeSpan(hours, minutes, 0) * (text[0] == '-' ? -1 : 1);
        return true;
    }

    // -1 where something is no digit.
    private static int Number(ReadOnlySpan<char> digits) =>
        digits.ContainsAnyExceptInRange('0', '9') ? -1 : int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
}
