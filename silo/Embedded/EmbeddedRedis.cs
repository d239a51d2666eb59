using System.Globalization;
using System.Net;
using Timestone.Hosting;

namespace Timestone.Silo.Embedded;

/// <summary>What <c>--redis embedded</c> and <c>--redis embedded:PORT</c> say.</summary>
internal static class EmbeddedRedis
{
    private const string Word = "embedded";

    /// <summary>The port that a silo's own Redis is told to have: 0 for any, null where the silo has none of its own.</summary>
    /// <param name="redis">The value of <c>--redis</c>.</param>
    /// <exception cref="BadOptionException">The port cannot be.</exception>
    public static int? PortOf(string? redis)
    {
        if (redis == Word)
            return 0;
        if (redis is null || !redis.StartsWith(Word + ":", StringComparison.Ordinal))
            return null;
        return
            int.TryParse(redis.AsSpan(Word.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port is > 0 and <= IPEndPoint.MaxPort
            ? port
            : throw new BadOptionException(
                "--redis",
                $"'{redis}' must be {Word}, or {Word}:PORT with a port from 1 to {IPEndPoint.MaxPort}."
            );
    }
}
