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

    [Fact]
    public void Links_lead_to_files_and_headings_that_exist()
    {
        var broken = new List<string>();
        var links = 0;
        foreach (var page in Pages)
        {
            foreach (
                var target in Link()
                    .Matches(Unfenced(page))
                    .Select(static match => match.Groups[1].Value)
                    .Where(static to => !to.Contains("://", StringComparison.Ordinal))
            )
            {
                links++;
                var (path, anchor) = target.Split('#') is [var file, var part] ? (file, part) : (target, null);
                var to =
                    path == ""
                        ? page
                        : Path.GetRelativePath(Repository.Root, Path.Combine(Repository.Root, Path.GetDirectoryName(page)!, path))
                            .Replace('\\', '/');
                if (!Repository.Has(to) || (anchor is not null && !Anchors(to).Contains(anchor)))
                    broken.Add($"{page}: {target}");
            }
        }

        broken.ShouldBeEmpty();
        links.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void Files_named_in_ARCHITECTURE_exist()
    {
        var named = Quoted()
            .Matches(Repository.Read("ARCHITECTURE.md"))
            .Select(static match => match.Groups[1].Value)
            .Where(static name => File().IsMatch(name))
            .Distinct()
            .ToList();
        named.Count.ShouldBeGreaterThan(20);
        var names = Repository.Files("").ToList();
        named.Where(name => !names.Exists(file => file == name || file.EndsWith("/" + name, StringComparison.Ordinal))).ShouldBeEmpty();
    }

    [Fact]
    public void Types_named_in_ARCHITECTURE_exist()
    {
        var named = Quoted()
            .Matches(Repository.Read("ARCHITECTURE.md"))
            .Select(static match => match.Groups[1].Value)
            .Where(static name => Type().IsMatch(name))
            .Distinct()
            .ToList();
        named.Count.ShouldBeGreaterThan(50);
        var words = Repository
            .Files(".cs")
            .Select(static file => Repository.CodeOf(Repository.Read(file)))
            .Concat(Repository.Files(".csproj", ".props").Select(Repository.Read))
            .SelectMany(static text => Word().Matches(text).Select(static word => word.Value))
            .ToHashSet();
        named.Where(name => !words.Contains(name)).Except(OfPackages).ShouldBeEmpty();
    }

    private static HashSet<string> Anchors(string page) =>
        [
            .. Heading()
                .Matches(Unfenced(page))
                .Select(static match => Unspoken().Replace(match.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-')),
        ];

    private static string Unfenced(string page) => Fence().Replace(Repository.Read(page), "");

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

    [GeneratedRegex("""\w+""")]
    private static partial Regex Word();
}
