using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Timestone.Tests.Tidy;

/// <summary>References go one way: between projects downwards, and between folders of a project without a circle.</summary>
public sealed partial class ReferenceTests
{
    // From the lowest to the highest. A project refers to those of lower rows only.
    private static readonly string[][] Layers =
    [
        ["contracts", "backends/resilience", "aspire/service-defaults"],
        ["engine", "api", "client", "grain-interfaces", "backends/kafka-clients"],
        ["backends/journals", "backends/events", "backends/streams-kafka", "client/orleans"],
        ["backends/indexing", "backends/kafka"],
        ["hosting", "grains", "cli"],
        ["server", "silo"],
        ["aspire", "bench"],
        ["bench/cluster"],
    ];

    // What may be known of the rest: doors know interfaces only, and the stream provider is of use by itself.
    private static readonly Dictionary<string, string[]> Narrow = new()
    {
        ["contracts"] = [],
        ["engine"] = ["contracts"],
        ["api"] = ["contracts"],
        ["client"] = ["contracts"],
        ["grain-interfaces"] = ["contracts"],
        ["client/orleans"] = ["grain-interfaces"],
        ["backends/streams-kafka"] = ["backends/kafka-clients"],
        ["backends/kafka-clients"] = ["backends/resilience"],
    };

    // A dequeue finds the lock of a row without a look-up: rows and locks know each other.
    private static readonly HashSet<(string Project, string From, string To)> Meant = [("engine", "Rows", "Indexes")];

    [Fact]
    public void Projects_refer_to_lower_ones_only()
    {
        var order = Layers.SelectMany(static (layer, height) => layer.Select(project => (project, height))).ToDictionary();
        var projects = Projects().ToDictionary(static file => FolderOf(file), static file => References(file).ToList());
        projects.Keys.Except(order.Keys).ShouldBeEmpty("A new project has its place in the layers.");
        foreach (var (project, references) in projects)
            references
                .Where(reference => order[reference] >= order[project])
                .ShouldBeEmpty($"{project} refers to what is above it or beside it.");
    }

    [Fact]
    public void What_is_of_use_by_itself_refers_to_no_more_than_it_needs()
    {
        foreach (var (project, references) in Narrow)
            References(Projects().Single(file => FolderOf(file) == project)).ShouldBe(references, ignoreOrder: true, project);
    }

    [Fact]
    public void Contracts_and_engine_need_no_packages()
    {
        foreach (var file in Projects().Where(static file => FolderOf(file) is "contracts" or "engine"))
            Repository.Read(file).ShouldNotContain("PackageReference", customMessage: file);
    }

    [Fact]
    public void No_folders_of_a_project_refer_to_each_other_in_a_circle()
    {
        var projects = Projects().Select(FolderOf).ToList();
        var circles = new List<string>();
        foreach (var project in projects)
        {
            var files = Repository
                .Files(".cs")
                .Where(file => ProjectOf(file, projects) == project)
                .ToDictionary(file => file, static file => Repository.CodeOf(Repository.Read(file)));
            circles.AddRange(Circles(project, Edges(project, files)));
        }

        circles.ShouldBeEmpty();
    }

    private static IEnumerable<string> Projects() =>
        Repository
            .Files(".csproj")
            .Where(static file =>
                !file.StartsWith("tests/", StringComparison.Ordinal) && !file.StartsWith("samples/", StringComparison.Ordinal)
            );

    private static string FolderOf(string file) => file[..Math.Max(0, file.LastIndexOf('/'))];

    private static string? ProjectOf(string file, List<string> projects) =>
        projects.Where(project => file.StartsWith(project + "/", StringComparison.Ordinal)).MaxBy(static project => project.Length);

    private static IEnumerable<string> References(string project) =>
        Reference()
            .Matches(Repository.Read(project))
            .Select(match =>
                Path.GetRelativePath(Repository.Root, Path.Combine(Repository.Root, FolderOf(project), FolderOf(match.Groups[1].Value)))
                    .Replace('\\', '/')
            );

    // Which folder names a type of which other; by their names alone.
    private static HashSet<(string From, string To)> Edges(string project, Dictionary<string, string> files)
    {
        string Folder(string file) => FolderOf(file[(project.Length + 1)..]);
        var homes = files
            .SelectMany(static file => Declaration().Matches(file.Value).Select(match => (Type: match.Groups[1].Value, File: file.Key)))
            .GroupBy(static each => each.Type)
            .ToDictionary(
                static type => type.Key,
                type => Folder(type.MinBy(each => Path.GetFileNameWithoutExtension(each.File) == type.Key ? 0 : 1).File)
            );
        return
        [
            .. files.SelectMany(file =>
                Word()
                    .Matches(file.Value)
                    .Select(word => (From: Folder(file.Key), To: homes.GetValueOrDefault(word.Value) ?? ""))
                    .Where(edge =>
                        edge.To != ""
                        && !Holds(edge.From, edge.To)
                        && !Holds(edge.To, edge.From)
                        && !Meant.Contains((project, edge.From, edge.To))
                    )
            ),
        ];
    }

    // A folder is the face of those in it: they may know each other.
    private static bool Holds(string outer, string inner) =>
        outer == "" || inner == outer || inner.StartsWith(outer + "/", StringComparison.Ordinal);

    private static IEnumerable<string> Circles(string project, HashSet<(string From, string To)> edges)
    {
        var next = edges.ToLookup(static edge => edge.From, static edge => edge.To);
        return edges.Where(edge => Reaches(edge.To, edge.From, [])).Select(edge => $"{project}: {edge.From} -> {edge.To}");

        bool Reaches(string from, string to, HashSet<string> seen) =>
            from == to || (seen.Add(from) && next[from].Any(each => Reaches(each, to, seen)));
    }

    [GeneratedRegex("""<ProjectReference\s+Include=.([^"]+)""")]
    private static partial Regex Reference();

    [GeneratedRegex(
        """^(?:(?:public|internal|sealed|abstract|static|partial|readonly|ref|unsafe)\s+)*(?:record\s+struct|record|class|struct|interface|enum)\s+(\w+)""",
        RegexOptions.Multiline
    )]
    private static partial Regex Declaration();

    [GeneratedRegex("""[A-Z]\w+""")]
    private static partial Regex Word();
}
