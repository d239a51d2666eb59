using System.Text.RegularExpressions;

namespace Timestone.Tests.Tidy;

/// <summary>What project files say. Paths are below the root, <c>/</c> between folders.</summary>
internal static partial class ProjectFiles
{
    public static string FolderOf(string file) => file[..Math.Max(0, file.LastIndexOf('/'))];

    /// <summary>The project files that this one refers to.</summary>
    public static IEnumerable<string> References(string file, string text) =>
        Reference()
            .Matches(text)
            .Select(match => Path.Combine(Repository.Root, FolderOf(file), match.Groups[1].Value))
            .Select(static path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'));

    /// <summary>The assemblies that see this one's internals.</summary>
    public static IEnumerable<string> Friends(string text) => Friend().Matches(text).Select(static match => match.Groups[1].Value);

    /// <summary>What the project's assembly is called.</summary>
    public static string AssemblyOf(string file, string text) =>
        Assembly().Match(text) is { Success: true } named ? named.Groups[1].Value : Path.GetFileNameWithoutExtension(file);

    [GeneratedRegex("""<ProjectReference\s+Include=.([^"]+)""")]
    private static partial Regex Reference();

    [GeneratedRegex("""<InternalsVisibleTo\s+Include="([^"]+)""")]
    private static partial Regex Friend();

    [GeneratedRegex("<AssemblyName>(.+?)<")]
    private static partial Regex Assembly();
}
