using Xunit;

namespace Timestone.Tests.Support;

/// <summary>
/// What tests need of the machine besides the SDK. A test whose program is not installed is skipped and says which; with
/// <c>TIMESTONE_REQUIRE=all</c> it fails.
/// </summary>
public static class Needs
{
    /// <summary>The environment variable that names the folder of <see cref="Services"/>.</summary>
    public const string ServicesVariable = "TIMESTONE_SERVICES";

    /// <summary>
    /// The environment variable that has tests which do with either run on a Garnet (<c>garnet</c>), also where a redis-server is
    /// installed.
    /// </summary>
    public const string RedisVariable = "TIMESTONE_REDIS";

    /// <summary>Whether tests that do with a redis-server or a Garnet run on a Garnet.</summary>
    /// <remarks>Not so where all is required and the variable is not set: then a redis-server that is missing is a failure.</remarks>
    public static bool IsGarnetMeant =>
        Environment.GetEnvironmentVariable(RedisVariable) == "garnet" || (!IsAllRequired && !IsInstalled("redis-server"));

    /// <summary>Skips a test that needs what Garnet does not have.</summary>
    /// <param name="what">What it does not have.</param>
    public static void MoreThanGarnet(string what) => Assert.SkipWhen(IsGarnetMeant, $"Garnet has no {what}.");

    private static bool IsAllRequired => Environment.GetEnvironmentVariable("TIMESTONE_REQUIRE") == "all";

    public static void Redis() => Program("redis-server", "redis-server");

    public static void Chromium() => Program("chromium", "chromium");

    /// <summary>What commands in docs use.</summary>
    public static void Shell()
    {
        foreach (var name in (string[])["bash", "curl", "jq"])
            Program(name, name);
    }

    public static void Node()
    {
        Program("node", "nodejs");
        Program("npm", "npm");
    }

    /// <summary>The path of a program beside the servers of <see cref="Services"/>.</summary>
    public static string Tool(string name) => Path.Combine(Services(), "tools", name);

    public static void Strace() => Program("strace", "strace");

    /// <summary>
    /// The folder with the programs that start a real Kafka and a real Elasticsearch: <c>kafka/start</c> and <c>search/start</c>.
    /// </summary>
    public static string Services()
    {
        var folder = Environment.GetEnvironmentVariable(ServicesVariable);
        if (string.IsNullOrEmpty(folder))
            Lacks($"{ServicesVariable} is not set. It names the folder with kafka/start and search/start, which start the real servers.");
        else if (((string[])["kafka/start", "search/start"]).Any(start => !File.Exists(Path.Combine(folder, start))))
            Lacks($"{ServicesVariable} is {folder}, and kafka/start or search/start is not there.");
        return Path.GetFullPath(folder!);
    }

    private static void Program(string name, string package)
    {
        if (!IsInstalled(name))
            Lacks($"{name} is not on the PATH (Debian: apt-get install {package}).");
    }

    private static void Lacks(string reason)
    {
        if (IsAllRequired)
            Assert.Fail(reason);
        Assert.Skip(reason);
    }

    private static bool IsInstalled(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, name)));
}
