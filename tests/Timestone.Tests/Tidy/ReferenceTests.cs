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
        ["contracts/grpc"],
        ["engine", "api", "client", "grain-interfaces", "backends/kafka-clients"],
        ["backends/journals", "backends/events", "backends/streams-kafka", "client/orleans", "aspire/client", "aspire/hosting"],
        ["backends/indexing", "backends/kafka"],
        ["hosting", "grains", "cli", "testing"],
        ["server", "silo"],
        ["aspire", "bench"],
        ["bench/cluster", "bench/peers"],
    ];

    // What may be known of the rest: doors know interfaces only, and the stream provider is of use by itself.
    private static readonly Dictionary<string, string[]> Narrow = new()
    {
        ["contracts"] = [],
        ["engine"] = ["contracts"],
        ["contracts/grpc"] = ["contracts"],
        ["api"] = ["contracts", "contracts/grpc"],
        ["client"] = ["contracts", "contracts/grpc"],
        ["grain-interfaces"] = ["contracts"],
        ["client/orleans"] = ["contracts", "grain-interfaces"],
        ["aspire/client"] = ["client"],
        ["aspire/hosting"] = ["client"],
        ["testing"] =
            ["contracts", "engine", "backends/resilience", "backends/events", "backends/journals", "backends/indexing"],
        ["backends/streams-kafka"] = ["backends/kafka-clients"],
        ["backends/kafka-clients"] = ["backends/resilience"],
    };

    // A dequeue finds the lock of a row without a look-up: rows and locks know each other.
    private static readonly HashSet<(string Project, string From, string To)> Meant = [("engine", "Rows", "Indexes")];

    private static readonly IReadOnlyDictionary<string, int> Heights =
        Layers.SelectMany(static (layer, height) => layer.Select(project => (project, height))).ToDictionary();

    [Fact]
    public void Projects_refer_to_lower_ones_only()
    {
        Projects().Select(ProjectFiles.FolderOf).Except(Heights.Keys).ShouldBeEmpty("A new project has its place in the layers.");
        Projects().SelectMany(static file => Upwards(ProjectFiles.FolderOf(file), References(file))).ShouldBeEmpty();
    }

    [Fact]
    public void A_reference_upwards_or_sideways_is_found() =>
        Upwards("engine", ["contracts", "api", "hosting"]).ShouldBe(["engine -> api", "engine -> hosting"]);

    [Fact]
    public void What_is_of_use_by_itself_refers_to_no_more_than_it_needs()
    {
        foreach (var (project, references) in Narrow)
            References(Projects().Single(file => ProjectFiles.FolderOf(file) == project)).ShouldBe(references, ignoreOrder: true, project);
    }

    [Fact]
    public void Contracts_and_engine_need_no_packages()
    {
        foreach (var file in Projects().Where(static file => ProjectFiles.FolderOf(file) is "contracts" or "engine"))
            Repository.Read(file).ShouldNotContain("PackageReference", customMessage: file);
    }

    [Fact]
    public void No_folders_of_a_project_refer_to_each_other_in_a_circle()
    {
        var projects = Projects().Select(ProjectFiles.FolderOf).ToList();
        projects
            .SelectMany(project =>
            {
                var files = Repository
                    .Code.Where(file => ProjectOf(file.Key, projects) == project)
                    .ToDictionary(file => file.Key[(project.Length + 1)..], static file => file.Value);
                return Circles(Edges(files).Where(edge => !Meant.Contains((project, edge.From, edge.To))))
                    .Select(edge => $"{project}: {edge.From} -> {edge.To}");
            })
            .ShouldBeEmpty();
    }

    [Fact]
    public void A_circle_of_folders_is_found_also_by_way_of_a_folder_s_parent()
    {
        CirclesOf(("A/One.cs", "Two"), ("B/Two.cs", "Three"), ("C/Three.cs", "One"))
            .ShouldBe([("A", "B"), ("B", "C"), ("C", "A")], ignoreOrder: true);
        CirclesOf(("A/Inner/One.cs", "Two"), ("B/Two.cs", "Three"), ("A/Three.cs", "One"))
            .ShouldBe([("A", "B"), ("B", "A")], ignoreOrder: true);
        CirclesOf(("A/One.cs", "Two"), ("A/Inner/Two.cs", "One"), ("Root.cs", "One"), ("B/Three.cs", "Root")).ShouldBeEmpty();

        static IEnumerable<(string From, string To)> CirclesOf(params (string File, string Uses)[] files) => Circles(
            Edges(
                files.ToDictionary(
                    static each => each.File,
                    static each => $"class {Path.GetFileNameWithoutExtension(each.File)} {{ {each.Uses} Other; }}"
                )
            )
        );
    }

    private static IEnumerable<string> Projects() =>
        Repository
            .Files(".csproj")
            .Where(static file =>
                !file.StartsWith("tests/", StringComparison.Ordinal) && !file.StartsWith("samples/", StringComparison.Ordinal)
            );

    private static string? ProjectOf(string file, List<string> projects) =>
        projects.Where(project => file.StartsWith(project + "/", StringComparison.Ordinal)).MaxBy(static project => project.Length);

    private static IEnumerable<string> References(string file) =>
        ProjectFiles.References(file, Repository.Read(file)).Select(ProjectFiles.FolderOf);

    private static IEnumerable<string> Upwards(string project, IEnumerable<string> references) =>
        references.Where(reference => Heights[reference] >= Heights[project]).Select(reference => $"{project} -> {reference}");

    private static IEnumerable<(string From, string To)> Circles(IEnumerable<(string From, string To)> edges)
    {
        var next = edges.ToLookup(static edge => edge.From, static edge => edge.To);
        return edges.Where(edge => Reaches(edge.To, edge.From, []));

        bool Reaches(string from, string to, HashSet<string> seen) =>
            from == to || (seen.Add(from) && next[from].Any(each => Reaches(each, to, seen)));
    }

    // Which folder names a type of which other; by their names alone. Files are given by their paths within the project.
    private static HashSet<(string From, string To)> Edges(IReadOnlyDictionary<string, string> files)
    {
        var homes = files
            .SelectMany(static file => Declarations.Types(file.Value).Select(type => (Type: type, File: file.Key)))
            .GroupBy(static each => each.Type)
            .ToDictionary(
                static type => type.Key,
                static type =>
                    ProjectFiles.FolderOf(type.MinBy(each => Path.GetFileNameWithoutExtension(each.File) == type.Key ? 0 : 1).File)
            );
        return
        [
            .. files.SelectMany(file =>
                Word()
                    .Matches(file.Value)
                    .Where(word => homes.ContainsKey(word.Value))
                    .Select(word => Siblings(ProjectFiles.FolderOf(file.Key), homes[word.Value]))
                    .OfType<(string, string)>()
            ),
        ];
    }

    // What is in a folder counts as that folder where the two ways part. A folder is the face of those in it: they may know each other.
    private static (string From, string To)? Siblings(string from, string to)
    {
        var (one, other) = (Parts(from), Parts(to));
        var common = one.Zip(other).TakeWhile(static pair => pair.First == pair.Second).Count();
        return common == one.Length || common == other.Length
            ? null
            : (string.Join('/', one[..(common + 1)]), string.Join('/', other[..(common + 1)]));

        static string[] Parts(string folder) => folder.Split('/', StringSplitOptions.RemoveEmptyEntries);
    }

    [GeneratedRegex("""[A-Z]\w+""")]
    private static partial Regex Word();
}
