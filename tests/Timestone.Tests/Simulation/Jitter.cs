using Timestone.Engine;

namespace Timestone.Tests.Simulation;

internal static class Jitter
{
    /// <summary>How much the engine shortens a backoff, in milliseconds.</summary>
    public static long Of(string id, int attempt, long longest)
    {
        var backoff = TimeSpan.FromMilliseconds(longest);
        return longest - Retry.DelayMs(new Backoff { Kind = BackoffKind.Exponential, Initial = backoff, Max = backoff }, id, attempt);
    }
}
