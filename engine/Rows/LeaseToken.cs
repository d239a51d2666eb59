using System.Globalization;

namespace Timestone.Engine;

/// <summary>
/// Lease tokens: made of what a lease is the only one to have, so that the engine needs no randomness; opaque to consumers.
/// </summary>
internal static class LeaseToken
{
    private const int Length = 16;

    /// <summary>
    /// The token of the lease that takes a message to the given version. An engine uses no sequence twice, but one that is
    /// opened later may use those of messages that are gone, at times that were before if the clock was set back.
    /// </summary>
    public static ulong For(QueueRow queue, long epoch, MessageRow row, int version) =>
        Mix(Mix(Mix(Mix((ulong)queue.CreatedAt) ^ (ulong)epoch) ^ (ulong)row.Sequence) ^ (uint)version);

    public static string Format(ulong token) => token.ToString("x16", CultureInfo.InvariantCulture);

    public static bool TryParse(string text, out ulong token)
    {
        token = 0;
        return text.Length == Length
            && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out token)
            && !text.AsSpan().ContainsAnyInRange('A', 'F');
    }

    // The finalizer of SplitMix64 (Steele, Lea, Flood 2014): one to one, so that no two versions of a message share a token.
    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
