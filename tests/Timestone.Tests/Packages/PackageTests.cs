using System.Diagnostics;
using System.Globalization;
using Shouldly;
using Timestone.Tests.Server;
using Timestone.Tests.Services;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Packages;

/// <summary>What users install: the packages, and that the programs of their READMEs run on what is in them.</summary>
[Slow]
public sealed class PackageTests : IAsyncLifetime
{
    private static readonly string[] Tools = ["Timestone.Cli", "Timestone.Server"];

    // Each library: what its README's program makes, and which other packages the README has installed.
    private static readonly (string Package, string Type, string[] Besides)[] Libraries =
    [
        ("Timestone.Aspire.Client", "Exe", ["Microsoft.Extensions.Hosting"]),
        ("Timestone.Aspire.Hosting", "Exe", []),
        ("Timestone.Client", "Exe", []),
        ("Timestone.Client.Orleans", "Exe", ["Microsoft.Extensions.Hosting"]),
        ("Timestone.Contracts", "Library", []),
        ("Timestone.Grpc", "Exe", ["Grpc.Net.Client"]),
        ("Timestone.Testing", "Exe", []),
    ];

    private PackedFolder _packed = null!;

    public async ValueTask InitializeAsync() => _packed = await PackedFolder.PackAsync();

    public ValueTask DisposeAsync()
    {
        _packed.Dispose();
        return default;
    }

    [Fact]
    public async Task What_is_installed_from_a_folder_is_of_use()
    {
        ThePackagesAreWhole();

        using var projects = new FreshProjects(_packed);
        var tools = await projects.InstallAsync("Timestone.Server");
        await projects.InstallAsync("Timestone.Cli");
        using var server = ServerProcess.StartInstalled(
            Path.Combine(tools, "timestone-server"),
            ["--urls", "http://127.0.0.1:0", "--grpc-urls", "http://127.0.0.1:0", "--data", Path.Combine(projects.Path, "data")]
        );
        await server.ReadyAsync();
        var noRedis = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort.With()}");
        foreach (var (package, type, besides) in Libraries)
            projects.Begin(package, type, besides, program => program
                .Replace("http://127.0.0.1:7070", server.BaseAddress, StringComparison.Ordinal)
                .Replace("http://127.0.0.1:7071", server.GrpcAddress, StringComparison.Ordinal)
                .Replace("127.0.0.1:6379", noRedis, StringComparison.Ordinal));
        await projects.BuildAsync();
        using var ofCluster = ServerProcess.StartInstalled("dotnet", projects.ProgramOf("Timestone.Client.Orleans"));

        (await RunAsync("Timestone.Testing")).ShouldBe("tomorrow: Completed\n");
        (await RunAsync("Timestone.Grpc")).ShouldBe("welcome-2: Pending\n");
        (await RunAsync("Timestone.Aspire.Client", $"--ConnectionStrings:timestone={server.BaseAddress}")).ShouldBe("welcome-4: Pending\n");
        await HandleEmailsAsync(projects.ProgramOf("Timestone.Client"));
        foreach (var id in (string[])["welcome-1", "welcome-2", "welcome-4"])
        {
            var told = await FreshProjects.SucceedAsync(
                Path.Combine(tools, "timestone"),
                ["get", "emails", id, "--json", "--server", server.BaseAddress]
            );
            told.ShouldContain("\"state\":\"completed\"");
        }

        // Without a cluster it comes as far as this.
        (await ofCluster.SaysAsync("Waiting for the cluster 'timestone': ")).ShouldBe($"Redis at {noRedis} does not answer.");
        server.Terminate();
        (await server.ExitAsync()).ShouldBe((0, ""));

        Task<string> RunAsync(string package, params string[] args) =>
            FreshProjects.SucceedAsync("dotnet", [projects.ProgramOf(package), .. args]);
    }

    private void ThePackagesAreWhole()
    {
        _packed.Packages.Select(static package => package.Id).ShouldBe(Libraries.Select(static each => each.Package).Concat(Tools), true);
        foreach (var package in _packed.Packages)
        {
            package.Files.ShouldContain("README.md", package.Id);
            package.Files.ShouldContain("icon.png", package.Id);
            package.Says("readme").ShouldBe("README.md", package.Id);
            package.Says("icon").ShouldBe("icon.png", package.Id);
            package.Says("license").ShouldBe("Apache-2.0", package.Id);
            package.Says("description").ShouldNotBeNullOrEmpty(package.Id);
            package.IsTool.ShouldBe(Tools.Contains(package.Id), package.Id);
            if (!package.IsTool)
                TheLibraryIsWhole(package);
        }
    }

    // Each assembly is documented and has its symbols; what it needs of Timestone is a package too.
    private void TheLibraryIsWhole(Package package)
    {
        var assemblies = package.Files.Where(static file => file.EndsWith(".dll", StringComparison.Ordinal)).ToList();
        assemblies.ShouldContain($"lib/net10.0/{package.Id}.dll");
        foreach (var assembly in assemblies)
        {
            package.Files.ShouldContain(Path.ChangeExtension(assembly, ".xml"), package.Id);
            package.Symbols.ShouldContain(Path.ChangeExtension(assembly, ".pdb"), package.Id);
        }

        package
            .Dependencies.Where(static id => id.StartsWith("Timestone.", StringComparison.Ordinal))
            .Except(_packed.Packages.Select(static each => each.Id))
            .ShouldBeEmpty(package.Id);
    }

    // It handles emails until somebody presses Enter.
    private static async Task HandleEmailsAsync(string program)
    {
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", [program]) { RedirectStandardInput = true, RedirectStandardOutput = true }
        )!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var awaited = new HashSet<string>
        {
            "Sending welcome-1 to \"ada@example.org\".",
            "Sending welcome-2 to \"ada@example.org\".",
        };
        while (awaited.Count > 0)
            awaited.Remove(await process.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException("It ended."));
        await process.StandardInput.WriteLineAsync();
        await process.WaitForExitAsync(patience.Token);
        process.ExitCode.ShouldBe(0);
    }
}
