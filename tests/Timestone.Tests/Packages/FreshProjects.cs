using System.Text.RegularExpressions;
using Shouldly;
using Timestone.Tests.Cli;
using Timestone.Tests.Support;
using Timestone.Tests.Tidy;

namespace Timestone.Tests.Packages;

/// <summary>
/// Projects as a user begins them, each the program of a package's README, which gets the package from a folder. What is not Timestone's
/// comes from where this machine has it.
/// </summary>
internal sealed partial class FreshProjects : IDisposable
{
    private readonly PackedFolder _packed;
    private readonly TemporaryDirectory _folder = new();

    public FreshProjects(PackedFolder packed)
    {
        _packed = packed;
        Write("nuget.config", $"""<configuration><packageSources><add key="local" value="{packed.Path}" /></packageSources></configuration>""");

        // So that nothing of ours stays on the machine, and nothing of others is fetched once more.
        Write(
            "Directory.Build.props",
            $"""
                <Project>
                  <PropertyGroup>
                    <TargetFramework>net10.0</TargetFramework>
                    <Nullable>enable</Nullable>
                    <ImplicitUsings>enable</ImplicitUsings>
                    <NuGetAudit>false</NuGetAudit>
                    <RestorePackagesPath>$(MSBuildThisFileDirectory)packages</RestorePackagesPath>
                    <RestoreFallbackFolders>{MachinePackages}</RestoreFallbackFolders>
                  </PropertyGroup>
                </Project>
                """
        );
    }

    public string Path => _folder.Path;

    private static string MachinePackages =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>Installs a tool; answers the folder of its command.</summary>
    public async Task<string> InstallAsync(string tool)
    {
        var tools = In("tools");
        string[] where = ["--tool-path", tools, "--configfile", In("nuget.config")];
        await SucceedAsync("dotnet", ["tool", "install", tool, "--version", VersionOf(tool), .. where]);
        return tools;
    }

    /// <summary>Begins a project with the program in a package's README.</summary>
    /// <param name="package">The package.</param>
    /// <param name="type">What the project makes: Exe or Library.</param>
    /// <param name="besides">Other packages that the README has installed.</param>
    /// <param name="adapt">Puts this machine's addresses into the program.</param>
    public void Begin(string package, string type, string[] besides, Func<string, string> adapt)
    {
        var references = besides
            .Select(static other => (Id: other, Version: VersionUsed(other)))
            .Prepend((Id: package, Version: VersionOf(package)));
        var items = references.Select(static each => $"""<PackageReference Include="{each.Id}" Version="{each.Version}" />""");
        Write(
            $"{NameOf(package)}/{NameOf(package)}.csproj",
            $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup><OutputType>{type}</OutputType></PropertyGroup>
                  <ItemGroup>{string.Concat(items)}</ItemGroup>
                </Project>
                """
        );
        var program = Program().Match(_packed.Packages.Single(each => each.Id == package).Read("README.md"));
        program.Success.ShouldBeTrue($"The README of {package} has no program.");
        Write($"{NameOf(package)}/Program.cs", adapt(program.Groups["code"].Value));
    }

    /// <summary>Builds all that were begun, at once.</summary>
    public async Task BuildAsync()
    {
        var projects = Directory.GetFiles(Path, "*.csproj", SearchOption.AllDirectories);
        Write("All.slnx", $"<Solution>{string.Concat(projects.Select(static file => $"""<Project Path="{file}" />"""))}</Solution>");
        await SucceedAsync("dotnet", ["build", In("All.slnx"), "--nologo", "-v", "quiet"]);
    }

    /// <summary>The built program of a package's README.</summary>
    public string ProgramOf(string package) => In($"{NameOf(package)}/bin/Debug/net10.0/{NameOf(package)}.dll");

    /// <summary>Runs a command to its end, which is success, and answers what it wrote.</summary>
    public static async Task<string> SucceedAsync(string command, string[] args)
    {
        var outcome = await Processes.RunAsync(command, args);
        outcome.Code.ShouldBe(0, outcome.Out + outcome.Error);
        return outcome.Out;
    }

    public void Dispose() => _folder.Dispose();

    // A project must not be called as what it refers to.
    private static string NameOf(string package) => $"Fresh.{package}";

    private static string VersionUsed(string package) =>
        Regex.Match(Repository.Read("Directory.Packages.props"), $"\"{Regex.Escape(package)}\" Version=\"(.+?)\"").Groups[1].Value;

    private string VersionOf(string package) => _packed.Packages.Single(each => each.Id == package).Version;

    private string In(string file) => System.IO.Path.Combine(Path, file);

    private void Write(string file, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(In(file))!);
        File.WriteAllText(In(file), text);
    }

    [GeneratedRegex("^```csharp\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Program();
}
