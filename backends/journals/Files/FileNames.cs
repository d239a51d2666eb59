using System.Globalization;

namespace Timestone.Journals.Files;

/// <summary>How the files of a journal are called: their number in twelve digits, then what they are.</summary>
internal static class FileNames
{
    private const string SegmentSuffix = ".log";
    private const string SpareSuffix = ".spare";
    private const string CursorSuffix = ".cursor";

    /// <summary>The name of the high-water mark.</summary>
    public const string Mark = "journal.mark";

    /// <summary>The name of the file that holds the store's id.</summary>
    public const string Id = "journal.id";

    /// <summary>The name of a segment.</summary>
    public static string Segment(long number) => Name(number, SegmentSuffix);

    /// <summary>The name of a spare.</summary>
    public static string Spare(long number) => Name(number, SpareSuffix);

    /// <summary>The name of the file that remembers how far a reader of the outbox is.</summary>
    public static string Cursor(string reader) => reader + CursorSuffix;

    /// <summary>The readers that such files are there of.</summary>
    public static string[] CursorReaders(IEnumerable<string> names) =>
        [
            .. names
                .Where(static name => name.EndsWith(CursorSuffix, StringComparison.Ordinal))
                .Select(static name => name[..^CursorSuffix.Length])
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>The numbers of the segments among these names, in order.</summary>
    public static long[] Segments(IEnumerable<string> names) => Numbers(names, SegmentSuffix);

    /// <summary>The numbers of the spares among these names, in order.</summary>
    public static long[] Spares(IEnumerable<string> names) => Numbers(names, SpareSuffix);

    /// <summary>Whether there is a log, or files that are made behind its mark: then the mark must be there.</summary>
    public static bool IsBegun(IReadOnlyCollection<string> names) =>
        Segments(names).Length + Spares(names).Length + CursorReaders(names).Length > 0;

    private static string Name(long number, string suffix) => number.ToString("D12", CultureInfo.InvariantCulture) + suffix;

    // What is called otherwise is not ours and left alone.
    private static long[] Numbers(IEnumerable<string> names, string suffix) =>
        [
            .. names
                .Where(name => name.EndsWith(suffix, StringComparison.Ordinal))
                .Select(name =>
                    long.TryParse(
                        name.AsSpan(0, name.Length - suffix.Length),
                        NumberStyles.None,
                        CultureInfo.InvariantCulture,
                        out var number
                    )
                    && name == Name(number, suffix)
                        ? number
                        : 0
                )
                .Where(static number => number > 0)
                .Order(),
        ];
}
