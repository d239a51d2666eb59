using System.Globalization;
using System.Net;
using StackExchange.Redis;

namespace Timestone.Journals.Redis;

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

        // Its name for itself needs a right that older servers do not know by name.
        options.SetClientLibrary = false;
        options.TieBreaker = "";
        options.ConfigurationChannel = "";
        return options;
    }

    /// <summary>An address as people write it: that of a host name would begin with the family of its addresses.</summary>
    public static string Text(EndPoint address) =>
        address is DnsEndPoint name ? string.Create(CultureInfo.InvariantCulture, $"{name.Host}:{name.Port}") : address.ToString()!;
}
