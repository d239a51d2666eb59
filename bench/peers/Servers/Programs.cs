using System.Diagnostics;
using System.Reflection;

namespace Timestone.Bench.Peers.Servers;

/// <summary>The programs that are installed on this machine.</summary>
internal static class Programs
{
    // Where Debian has servers that are not for people's PATH.
    private static readonly string[] Folders =
    [
        .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator),
        "/usr/sbin",
        "/usr/lib/rabbitmq/bin",
        .. Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Order().Reverse().Select(static version => Path.Combine(version, "bin"))
            : [],
    ];

    /// <summary>The path of a program; null when it is not installed.</summary>
    public static string? Find(string name) => Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Says which of some programs are missing and which packages of Debian have them; null when all are there.</summary>
    public static string? Missing(params (string Program, string Package)[] programs)
    {
        var missing = programs.Where(static each => Find(each.Program) is null).ToList();
        return missing.Count == 0
            ? null
            : $"{string.Join(" and ", missing.Select(static each => each.Program))} not found, "
                + $"apt-get install {string.Join(' ', missing.Select(static each => each.Package).Distinct())}";
    }

    /// <summary>The version of the library that has a type.</summary>
    public static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? type.Assembly.GetName().Version!.ToString(3);

    /// <summary>What a program writes, run to its end.</summary>
    public static async Task<string> OutputAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await process.WaitForExitAsync().ConfigureAwait(false);
        return process.ExitCode == 0
            ? output.Trim()
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed.");
    }
}
