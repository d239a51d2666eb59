using System.Diagnostics;

namespace Timestone.Bench.Rest;

/// <summary>What the disk alone does.</summary>
internal static class Disk
{
    /// <summary>Flushes per second of 1 KB appended to preallocated space.</summary>
    public static double FlushesPerSecond(string directory, double seconds)
    {
        const int Size = 1024,
            Space = 256 * 1024 * 1024;
        using var file = File.OpenHandle(
            Path.Combine(directory, "flushes"),
            FileMode.Create,
            FileAccess.Write,
            FileShare.None,
            FileOptions.DeleteOnClose,
            Space
        );
        var bytes = new byte[Size];
        var began = Stopwatch.GetTimestamp();
        var count = 0L;
        for (; Stopwatch.GetElapsedTime(began).TotalSeconds < seconds && (count + 1) * Size < Space; count++)
        {
            RandomAccess.Write(file, bytes, count * Size);
            RandomAccess.FlushToDisk(file);
        }

        return count / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
