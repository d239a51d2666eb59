using System.Globalization;
using System.Text;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary>Values as text for people.</summary>
internal static class Text
{
    private const int BriefChars = 60;

    public static string Time(DateTimeOffset time) => Rfc3339.Format(time);

    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A count of messages with its parts: <c>3 messages (1 pending, 2 errored)</c>.</summary>
    public static string Counts(StateCounts counts)
    {
        var parts = Enum.GetValues<MessageState>()
            .Where(state => counts.Of(state) > 0)
            .Select(state => $"{Number(counts.Of(state))} {EnumNames.Of(state)}")
            .ToList();
        return $"{Number(counts.Total)} {(counts.Total == 1 ? "message" : "messages")}{(parts.Count == 0 ? "" : $" ({string.Join(", ", parts)})")}";
    }

    public static string Rate(double perSecond) => perSecond.ToString(perSecond < 10 ? "0.0" : "0", CultureInfo.InvariantCulture);

    /// <summary>Bytes in the unit that leaves one to four digits before the point.</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var (value, unit) = ((double)bytes, 0);
        for (; Math.Abs(value) >= 1024 && unit < units.Length - 1; unit++)
            value /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {units[unit]}");
    }

    /// <summary>Every JSON value as its text, bytes as a count.</summary>
    public static string Value(Payload payload) => payload.Kind == PayloadKind.Bytes
        ? $"{payload.Bytes.Length} bytes"
        : Clean(payload.ToString());

    public static string Brief(Payload payload) => Cut(Value(payload));

    /// <summary>Text that others wrote, its beginning if it is long.</summary>
    public static string Brief(string text) => Cut(Clean(text));

    private static string Cut(string text) => text.Length <= BriefChars ? text : string.Concat(text.AsSpan(0, BriefChars - 1), "…");

    /// <summary>
    /// Text that others wrote, on one line and without control characters: a message must not be able to drive the
    /// terminal of whoever looks at it.
    /// </summary>
    public static string Clean(string text)
    {
        if (!text.Any(char.IsControl))
            return text;
        var clean = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (c is '\n' or '\r' or '\t')
                clean.Append(' ');
            else if (char.IsControl(c))
                clean.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                clean.Append(c);
        }

        return clean.ToString();
    }
}
