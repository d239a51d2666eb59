using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Timestone.Tests.Tidy;

/// <summary>What docs name is there.</summary>
public sealed partial class DocsTests
{
    private static readonly IReadOnlyList<string> Pages =
    [
        .. Repository.Files(".md").Where(static file => !file.StartsWith("bench/", StringComparison.Ordinal)),
    ];

    private static readonly string[] OfPackages = ["SimpleQueueCache"];

    private static string Architecture => Repository.Read("ARCHITECTURE.md");

    [Fact]
    public void Links_lead_to_files_and_headings_that_exist()
    {
        Pages.SelectMany(static page => BrokenLinks(page, Repository.Read(page))).ShouldBeEmpty();
        Pages.Sum(static page => Links(Repository.Read(page)).Count()).ShouldBeGreaterThan(100);
    }

    [Fact]
    public void Files_named_in_ARCHITECTURE_exist()
    {
        Missing(Named(Architecture, File())).ShouldBeEmpty();
        Named(Architecture, File()).Count().ShouldBeGreaterThan(20);
    }

    [Fact]
    public void Types_named_in_ARCHITECTURE_exist()
    {
        UnknownWords(Named(Architecture, Type())).ShouldBeEmpty();
        Named(Architecture, Type()).Count().ShouldBeGreaterThan(50);
    }

    // The changelog tells what was.
    [Fact]
    public void Members_named_in_docs_exist()
    {
        var named = Pages.Except(["CHANGELOG.md"]).SelectMany(static page => Named(Repository.Read(page), Member())).ToList();
        UnknownMembers(named).ShouldBeEmpty();
        named.Count.ShouldBeGreaterThan(40);
    }

    [Fact]
    public void What_does_not_exist_is_found()
    {
        BrokenLinks(
                "docs/planted.md",
                """
                    ## One heading

                    [this page](#one-heading) [another](concepts.md#errors) [the web](https://example.org/none)
                    [no file](../docs/none.md) [no heading](#two-headings) [no heading there](concepts.md#none)
                    """
            )
            .ShouldBe(["docs/planted.md: ../docs/none.md", "docs/planted.md: #two-headings", "docs/planted.md: concepts.md#none"]);

        const string text =
            "`QueueEngine.cs` `NoEngine.cs` `QueueEngine` `NoSuchEngine` `QueueEngine.Enqueue` `QueueEngine.Dream` `Engine.Dream`";
        Missing(Named(text, File())).ShouldBe(["NoEngine.cs"]);
        UnknownWords(Named(text, Type())).ShouldBe(["NoSuchEngine"]);
        UnknownMembers(Named(text, Member())).ShouldBe(["QueueEngine.Dream"]);
    }

    private static IEnumerable<string> BrokenLinks(string page, string text)
    {
        foreach (var target in Links(text))
        {
            var (path, anchor) = target.Split('#') is [var file, var part] ? (file, part) : (target, null);
            var to = Path.GetRelativePath(Repository.Root, Path.Combine(Repository.Root, Path.GetDirectoryName(page)!, path))
                .Replace('\\', '/');
            var isThere = path == "" || Repository.Has(to);
            if (!isThere || (anchor is not null && !Anchors(path == "" ? text : Repository.Read(to)).Contains(anchor)))
                yield return $"{page}: {target}";
        }
    }

    private static IEnumerable<string> Links(string text) =>
        Link()
            .Matches(Unfenced(text))
            .Select(static match => match.Groups[1].Value)
            .Where(static to => !to.Contains("://", StringComparison.Ordinal));

    private static IEnumerable<string> Named(string text, Regex kind) =>
        Quoted().Matches(text).Select(static match => match.Groups[1].Value).Where(name => kind.IsMatch(name)).Distinct();

    private static IEnumerable<string> Missing(IEnumerable<string> files)
    {
        var paths = Repository.Files("").ToList();
        return files.Where(name => !paths.Exists(path => path == name || path.EndsWith("/" + name, StringComparison.Ordinal)));
    }

    private static IEnumerable<string> UnknownWords(IEnumerable<string> types)
    {
        var words = Repository
            .Code.Values.Concat(Repository.Files(".csproj", ".props").Select(Repository.Read))
            .SelectMany(static text => Word().Matches(text).Select(static word => word.Value))
            .ToHashSet();
        return types.Where(name => !words.Contains(name)).Except(OfPackages);
    }

    // Members of types that are declared here; what others declare is not known.
    private static IEnumerable<string> UnknownMembers(IEnumerable<string> names)
    {
        var code = Repository
            .Code.Values.SelectMany(static text => Declarations.Types(text).Select(type => (Type: type, Text: text)))
            .ToLookup(static each => each.Type, static each => each.Text);
        return names.Where(name =>
            name.Split('.') is [var type, var member]
            && code.Contains(type)
            && !code[type].Any(text => Declarations.HasMember(text, member))
        );
    }

    private static HashSet<string> Anchors(string text) =>
        [
            .. Heading()
                .Matches(Unfenced(text))
                .Select(static match => Unspoken().Replace(match.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-')),
        ];

    private static string Unfenced(string text) => Fence().Replace(text, "");

    [GeneratedRegex("""\]\(([^)\s]+)\)""")]
    private static partial Regex Link();

    [GeneratedRegex("""^#+ (.+?)\s*$""", RegexOptions.Multiline)]
    private static partial Regex Heading();

    // As GitHub makes an anchor of a heading.
    [GeneratedRegex("""[^\w\- ]""")]
    private static partial Regex Unspoken();

    [GeneratedRegex("""^\s*```(.|\n)*?^\s*```""", RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex("""`([^`\n]+)`""")]
    private static partial Regex Quoted();

    [GeneratedRegex("""^[\w./-]+\.(cs|lua|csproj|md|props|txt)$""")]
    private static partial Regex File();

    // Two humps at least: one may be a word of JSON or of people.
    [GeneratedRegex("""^I?[A-Z][a-z0-9]+([A-Z][a-z0-9]+)+$""")]
    private static partial Regex Type();

    [GeneratedRegex("""^[A-Z]\w+\.[A-Z]\w+$""")]
    private static partial Regex Member();

    [GeneratedRegex("""\w+""")]
    private static partial Regex Word();
}
