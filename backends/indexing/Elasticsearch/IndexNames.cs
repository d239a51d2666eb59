using System.Globalization;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>The names of all that is kept under one prefix.</summary>
internal sealed class IndexNames(string prefix)
{
    private const string Of = "-of-";

    /// <summary>The alias of the index of current messages.</summary>
    public string Current { get; } = $"{prefix}-current";

    /// <summary>The alias of the index that is to become the current one, while it is built.</summary>
    public string Next { get; } = $"{prefix}-current-next";

    /// <summary>An alias that marks an index of current messages which replaced one that was lost, and lacks what that one held.</summary>
    public string CurrentIncomplete { get; } = $"{prefix}-current-incomplete";

    /// <summary>An alias that marks a historic index made while older transitions were lost.</summary>
    public string HistoricIncomplete { get; } = $"{prefix}-historic-incomplete";

    /// <summary>An alias that marks an index of current messages as that of a service.</summary>
    public string CurrentOf(string serviceId) => Current + Of + serviceId;

    /// <summary>The service that an alias says to have an index of current messages; null when it says none.</summary>
    public string? ServiceOf(string alias) =>
        alias.StartsWith(Current + Of, StringComparison.Ordinal) ? alias[(Current.Length + Of.Length)..] : null;

    /// <summary>The alias of all historic indices.</summary>
    public string Historic { get; } = $"{prefix}-historic";

    /// <summary>Which indices are current ones, made so far or to come.</summary>
    public string CurrentPattern { get; } = $"{prefix}-current-*";

    /// <summary>Which indices are historic ones.</summary>
    public string HistoricPattern { get; } = $"{prefix}-historic-*";

    /// <summary>An index of current messages; they are numbered in the order in which they were built.</summary>
    public string CurrentIndex(int number) => string.Create(CultureInfo.InvariantCulture, $"{Current}-{number:000000}");

    /// <summary>The number of an index of current messages; null when it is none.</summary>
    public int? CurrentNumber(string index) =>
        index.StartsWith(Current + "-", StringComparison.Ordinal)
        && int.TryParse(index.AsSpan(Current.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The index that holds the transitions of a time.</summary>
    public string HistoricIndex(HistoricPeriod period, DateTimeOffset at)
    {
        var day = at.UtcDateTime;
        var name = period switch
        {
            HistoricPeriod.Day => day.ToString("yyyy.MM.dd", CultureInfo.InvariantCulture),
            HistoricPeriod.Week => string.Create(
                CultureInfo.InvariantCulture,
                $"{ISOWeek.GetYear(day):0000}.w{ISOWeek.GetWeekOfYear(day):00}"
            ),
            _ => day.ToString("yyyy.MM", CultureInfo.InvariantCulture),
        };
        return $"{Historic}-{name}";
    }

    /// <summary>
    /// The alias under which transitions of a time are written: of the index of that name, or of the one that replaced it.
    /// </summary>
    public static string WriteAlias(string historicIndex) => historicIndex + "-write";

    /// <summary>An index that replaces a historic one which could not be searched: <c>timestone-historic-2026.01.31-2</c>.</summary>
    public static string Replacement(string historicIndex, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{historicIndex}-{number}");

    /// <summary>The name that a historic index had before it was replaced; its own where it was not.</summary>
    public string Replaced(string index)
    {
        var end = index.LastIndexOf('-');
        var isReplacement =
            end > Historic.Length && int.TryParse(index.AsSpan(end + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _);
        return isReplacement ? index[..end] : index;
    }

    /// <summary>When the time of a historic index ends, whichever period it was made for; null when it is none of ours.</summary>
    public DateTimeOffset? HistoricEnd(string index)
    {
        if (!index.StartsWith(Historic + "-", StringComparison.Ordinal))
            return null;
        var name = Replaced(index)[(Historic.Length + 1)..];
        if (
            name is [_, _, _, _, '.', 'w', _, _]
            && int.TryParse(name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var year)
            && int.TryParse(name.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var week)
        )
            return year >= 1 && year < 9999 && week >= 1 && week <= ISOWeek.GetWeeksInYear(year)
                ? Utc(ISOWeek.ToDateTime(year, week, DayOfWeek.Monday).AddDays(7))
                : null;
        if (DateTime.TryParseExact(name, "yyyy.MM.dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            return day < DateTime.MaxValue.Date ? Utc(day.AddDays(1)) : DateTimeOffset.MaxValue;
        if (DateTime.TryParseExact(name, "yyyy.MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month))
            return month < new DateTime(9999, 12, 1) ? Utc(month.AddMonths(1)) : DateTimeOffset.MaxValue;
        return null;
    }

    private static DateTimeOffset Utc(DateTime time) => new(time, TimeSpan.Zero);
}
