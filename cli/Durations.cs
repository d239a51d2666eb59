using System.Globalization;

namespace Timestone.Cli;

/// <summary>Durations as a number with a unit: <c>250ms</c>, <c>30s</c>, <c>5m</c>, <c>1h</c>, <c>7d</c>; without one, seconds.</summary>
internal static class Durations
{
    public const string Rule = "a duration such as 250ms, 30s, 5m, 1h, 7d or a number of seconds";

    // The longest suffix that fits comes first: "ms" ends in "s".
    private static readonly (string Suffix, TimeSpan Unit)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)),
        ("d", TimeSpan.FromDays(1)),
        ("", TimeSpan.FromSeconds(1)),
    ];

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var (suffix, unit) = Array.Find(Units, candidate => text.EndsWith(candidate.Suffix, StringComparison.Ordinal));
        if (
            !decimal.TryParse(
                text.AsSpan(0, text.Length - suffix.Length),
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var count
            )
        )
            return false;
        try
        {
            duration = TimeSpan.FromMilliseconds((long)decimal.Round(count * (decimal)unit.TotalMilliseconds));
            return true;
        }
        catch (Exception tooLarge) when (tooLarge is OverflowException or ArgumentOutOfRangeException)
        {
            return false;
        }
    }

    /// <summary>A setting, exactly, in the largest unit that divides it: what <see cref="TryParse"/> reads back.</summary>
    public static string Exact(TimeSpan duration)
    {
        foreach (var (suffix, unit) in Units.Take(5).Reverse())
        {
            if (duration.Ticks % unit.Ticks == 0 && (duration != TimeSpan.Zero || suffix == "s"))
                return string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / unit.Ticks}{suffix}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0.###}ms");
    }

    /// <summary>An age, roughly: its two largest units.</summary>
    public static string Rough(TimeSpan duration) => duration switch
    {
        _ when duration < TimeSpan.FromSeconds(1) => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0}ms"),
        _ when duration < TimeSpan.FromMinutes(1) => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.#}s"),
        _ when duration < TimeSpan.FromHours(1) => string.Create(CultureInfo.InvariantCulture, $"{duration.Minutes}m{duration.Seconds}s"),
        _ when duration < TimeSpan.FromDays(1) => string.Create(CultureInfo.InvariantCulture, $"{duration.Hours}h{duration.Minutes}m"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{duration.Days}d{duration.Hours}h"),
    };
}
