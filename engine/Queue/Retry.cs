namespace Timestone.Engine;

/// <summary>How long something waits before its next attempt: a message, or a queue that could not be opened.</summary>
internal static class Retry
{
    /// <summary>The wait after so many attempts, in milliseconds. The jitter comes from id and attempt: the same at every replay.</summary>
    public static long DelayMs(Backoff backoff, string id, int attempt)
    {
        var initial = (long)backoff.Initial.TotalMilliseconds;
        switch (backoff.Kind)
        {
            case BackoffKind.None:
                return 0;
            case BackoffKind.Fixed:
                return initial;
            default:
                var max = (long)backoff.Max.TotalMilliseconds;
                // 2^40 ms is beyond the longest backoff: shifting further would only overflow.
                var full = Math.Min(max, initial << Math.Min(attempt - 1, 30));
                return full - (long)(full / 4 * Fraction(id, attempt));
        }
    }

    // FNV-1a: string hash codes differ from process to process.
    private static double Fraction(string id, int attempt)
    {
        var hash = 14695981039346656037UL;
        foreach (var character in id)
            hash = (hash ^ character) * 1099511628211;
        hash = (hash ^ (uint)attempt) * 1099511628211;
        hash ^= hash >> 32;
        return (uint)hash / (double)uint.MaxValue;
    }
}
