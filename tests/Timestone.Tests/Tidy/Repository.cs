using System.Text.RegularExpressions;

namespace Timestone.Tests.Tidy;

/// <summary>The files of this repository, without what builds and runs leave.</summary>
internal static partial class Repository
{
    private static readonly string[] Left = ["bin", "obj", ".git", "data", "node_modules", "results"];

    private static readonly Lazy<Dictionary<string, string>> AllCode = new(static () =>
        Files(".cs").ToDictionary(static file => file, static file => CodeOf(Read(file)))
    );

    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = Above(new DirectoryInfo(AppContext.BaseDirectory));

    /// <summary>Files by the ends of their names, with paths below the root, <c>/</c> between folders.</summary>
    public static IEnumerable<string> Files(params string[] ends) =>
        Below(new DirectoryInfo(Root))
            .Where(file => ends.Any(end => file.Name.EndsWith(end, StringComparison.Ordinal)))
            .Select(static file => Path.GetRelativePath(Root, file.FullName).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    public static bool Has(string path) => Path.Exists(Path.Combine(Root, path));

    /// <summary>What <see cref="CodeOf"/> leaves of each file of C#.</summary>
    public static IReadOnlyDictionary<string, string> Code => AllCode.Value;

    /// <summary>C# without comments and what stands in quotes.</summary>
    public static string CodeOf(string text) => Quoted().Replace(Comment().Replace(text, ""), "\"\"");

    private static string Above(DirectoryInfo folder) =>
        folder.EnumerateFiles("Timestone.Orleans.sln").Any() ? folder.FullName : Above(folder.Parent!);

    private static IEnumerable<FileInfo> Below(DirectoryInfo folder) =>
        folder.EnumerateFiles().Concat(folder.EnumerateDirectories().Where(static inner => !Left.Contains(inner.Name)).SelectMany(Below));

    [GeneratedRegex("""(^|\s)//.*$""", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(
        """
            "{3,}(.|\n)*?"{3,}|"([^"\\\n]|\\.)*"
            """,
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Quoted();
}
