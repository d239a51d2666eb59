using Xunit;

namespace Timestone.Tests.Support;

/// <summary>
/// What tests need of the machine besides the SDK. A test whose program is not installed is skipped and says which; with
/// <c>TIMESTONE_REQUIRE=all</c> it fails.
/// </summary>
public static class Needs
{
    private static bool IsAllRequired => Environment.GetEnvironmentVariable("TIMESTONE_REQUIRE") == "all";

    public static void Redis() => Program("redis-server", "redis-server");

    public static void Chromium() => Program("chromium", "chromium");

    public static void Strace() => Program("strace", "strace");

    private static void Program(string name, string package)
    {
        if (IsInstalled(name))
            return;
        var reason = $"{name} is not on the PATH (Debian: apt-get install {package}).";
        if (IsAllRequired)
            Assert.Fail(reason);
        Assert.Skip(reason);
    }

    private static bool IsInstalled(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, name)));
}
