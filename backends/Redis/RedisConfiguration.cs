using System.Security.Authentication;
using StackExchange.Redis;

namespace Timestone.Backends.Redis;

/// <summary>The client's options, with what this journal needs of it.</summary>
internal static class RedisConfiguration
{
    private const int ConnectMilliseconds = 2000, LongestRetryMilliseconds = 1000, KeepAliveSeconds = 5;

    /// <exception cref="ArgumentException">The text makes no sense.</exception>
    public static ConfigurationOptions Parse(string text)
    {
        var options = ConfigurationOptions.Parse(text);
        if (options.EndPoints.Count == 0)
            throw new ArgumentException("An address of Redis is needed: host:port.");
        options.AbortOnConnectFail = false;

        // Who calls while there is no connection is told at once, and decides whether to try again.
        options.BacklogPolicy = BacklogPolicy.FailFast;

        // CONFIG GET counts as administration, as do other things that are not used.
        options.AllowAdmin = true;
        options.ReconnectRetryPolicy = new LinearRetry(LongestRetryMilliseconds);
        options.ConnectTimeout = ConnectMilliseconds;
        options.KeepAlive = KeepAliveSeconds;
        options.ClientName ??= "timestone";
        options.TieBreaker = "";
        options.ConfigurationChannel = "";
        if (options.Ssl)
            options.SslProtocols ??= SslProtocols.Tls12 | SslProtocols.Tls13;
        return options;
    }
}
