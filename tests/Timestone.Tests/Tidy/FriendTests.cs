using Shouldly;
using Xunit;

namespace Timestone.Tests.Tidy;

/// <summary>Internals are visible only to projects that exist and refer, directly or not, to the project of the internals.</summary>
public sealed class FriendTests
{
    [Fact]
    public void Each_friend_of_a_project_refers_to_it()
    {
        var projects = Repository.Files(".csproj").ToDictionary(static file => file, Repository.Read);
        Strangers(projects).ShouldBeEmpty();
        projects.Values.Sum(static text => ProjectFiles.Friends(text).Count()).ShouldBeGreaterThan(20);
    }

    [Fact]
    public void A_friend_that_is_a_stranger_or_does_not_exist_is_found() =>
        Strangers(
                new Dictionary<string, string>
                {
                    ["low/Low.csproj"] = """
                        <InternalsVisibleTo Include="high" />
                        <InternalsVisibleTo Include="Other" />
                        <InternalsVisibleTo Include="Gone" />
                        """,
                    ["mid/Mid.csproj"] = """<ProjectReference Include="../low/Low.csproj" />""",
                    ["high/High.csproj"] = """<AssemblyName>high</AssemblyName><ProjectReference Include="../mid/Mid.csproj" />""",
                    ["other/Other.csproj"] = "",
                }
            )
            .ShouldBe(["low/Low.csproj: Other", "low/Low.csproj: Gone"]);

    // The texts of project files by their paths.
    private static IEnumerable<string> Strangers(Dictionary<string, string> projects)
    {
        var files = projects.ToDictionary(static each => ProjectFiles.AssemblyOf(each.Key, each.Value), static each => each.Key);
        return projects.SelectMany(project =>
            ProjectFiles
                .Friends(project.Value)
                .Where(friend => !files.TryGetValue(friend, out var file) || !RefersTo(file, project.Key))
                .Select(friend => $"{project.Key}: {friend}")
        );

        bool RefersTo(string from, string to) =>
            ProjectFiles.References(from, projects[from]).Any(next => next == to || RefersTo(next, to));
    }
}
