using System.Diagnostics;

namespace Timestone.Bench.Cluster;

/// <summary>Many who call one after another.</summary>
internal static class Callers
{
    /// <summary>Calls a second, by all callers together, after a warm-up of half as long.</summary>
    /// <param name="callers">How many.</param>
    /// <param name="length">How long.</param>
    /// <param name="call">One call, of the caller with a number.</param>
    public static async Task<double> RateAsync(int callers, TimeSpan length, Func<int, Task> call)
    {
        await CountAsync(callers, length / 2, call).ConfigureAwait(false);
        return await CountAsync(callers, length, call).ConfigureAwait(false);
    }

    private static async Task<double> CountAsync(int callers, TimeSpan length, Func<int, Task> call)
    {
        var began = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var count = 0L;
            for (; Stopwatch.GetElapsedTime(began) < length; count++)
                await call(caller).ConfigureAwait(false);
            return count;
        }))).ConfigureAwait(false);
        return counts.Sum() / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
