namespace Timestone.Backends.Indexing;

/// <summary>The outbox's times as the contracts say them.</summary>
internal static class Times
{
    public static DateTimeOffset Of(long unixMilliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds);
}
