using System.Globalization;
using Shouldly;

namespace Timestone.Tests.Redis;

/// <summary>A user that may do what docs/redis.md says that one needs, and nothing else.</summary>
public static class RedisUserRights
{
    public const string User = "timestone", Password = "secret";

    /// <summary>How the page's commands begin: for the journal, and what silos need besides.</summary>
    public const string Journal = "ACL SETUSER timestone on >PASSWORD ", Silos = "ACL SETUSER timestone ~";

    private static readonly string Page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "redis.md"));

    /// <summary>The rights that the page names in the command that begins so.</summary>
    public static string[] Named(string command) =>
        [
            .. Page.Split('\n')
                .Where(line => line.StartsWith(command, StringComparison.Ordinal))
                .ShouldHaveSingleItem()
                .Split(' ')
                .Where(static word => word[0] is '~' or '+'),
        ];

    /// <summary>The address of a Redis with the user's name and password.</summary>
    public static string Of(string address) => $"{address},user={User},password={Password}";

    /// <summary>Has a server know the user with rights, and take nobody without a name for anything but questions of tests.</summary>
    public static void Give(RedisServer server, params string[] rights)
    {
        RedisCli.Run(server, ["ACL", "SETUSER", User, "on", ">" + Password, .. rights]);
        RedisCli.Run(server, "ACL", "SETUSER", "default", "-@all", "+acl|log", "+info");
    }

    /// <summary>What the user was refused, as the server has noted it; empty for nothing.</summary>
    public static string Refused(RedisServer server) =>
        RedisCli.Run(server, "ACL", "LOG") is var log && log.StartsWith("*0", StringComparison.Ordinal) ? "" : log;

    /// <summary>Those of the rights to commands that nothing has made use of.</summary>
    public static IEnumerable<string> Unused(RedisServer server, IEnumerable<string> rights)
    {
        var counts = RedisCli
            .Run(server, "INFO", "commandstats")
            .Split("\r\n")
            .Where(static line => line.StartsWith("cmdstat_", StringComparison.Ordinal))
            .Select(static line => line["cmdstat_".Length..].Split(":calls="))
            .ToDictionary(static pair => pair[0], static pair => int.Parse(pair[1].Split(',')[0], CultureInfo.InvariantCulture));
        return rights.Where(right => right.StartsWith('+') && counts.GetValueOrDefault(right[1..]) == 0);
    }
}
