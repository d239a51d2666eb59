using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Timestone.Bench.Reporting;

/// <summary>
/// Sums up what stretches of one thread's work took: time, processor time, bytes allocated, and how long the garbage collector held it up.
/// </summary>
internal sealed partial class Meter
{
    private const int ThreadCpuTimeClock = 3;

    private long _startTime;
    private long _startCpu;
    private long _startBytes;
    private long _time;
    private long _cpu;
    private long _bytes;
    private long _operations;
    private TimeSpan _startPause;
    private TimeSpan _pause;

    public double PerSecond => _operations / ((double)_time / Stopwatch.Frequency);

    public double PerCpuSecond => _operations / (_cpu / 1e9);

    public double BytesPerOperation => (double)_bytes / _operations;

    /// <summary>The part of the time in which the garbage collector had stopped the thread.</summary>
    public double PauseShare => _pause.TotalSeconds / ((double)_time / Stopwatch.Frequency);

    public void Start()
    {
        _startPause = GC.GetTotalPauseDuration();
        _startBytes = GC.GetAllocatedBytesForCurrentThread();
        _startCpu = CpuNanoseconds();
        _startTime = Stopwatch.GetTimestamp();
    }

    public void Stop(int operations)
    {
        _time += Stopwatch.GetTimestamp() - _startTime;
        _cpu += CpuNanoseconds() - _startCpu;
        _bytes += GC.GetAllocatedBytesForCurrentThread() - _startBytes;
        _pause += GC.GetTotalPauseDuration() - _startPause;
        _operations += operations;
    }

    private static long CpuNanoseconds() =>
        ClockGetTime(ThreadCpuTimeClock, out var time) == 0 ? (time.Seconds * 1_000_000_000) + time.Nanoseconds : 0;

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out TimeSpec time);

    private readonly struct TimeSpec
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
