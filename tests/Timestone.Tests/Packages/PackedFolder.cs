using System.Globalization;
using Shouldly;
using Timestone.Tests.Cli;
using Timestone.Tests.Support;
using Timestone.Tests.Tidy;

namespace Timestone.Tests.Packages;

/// <summary>
/// The packages of this repository, as built, in a folder: the one that the variable <c>TIMESTONE_PACKAGES</c> names, if they were packed
/// before the tests; else packed here.
/// </summary>
internal sealed class PackedFolder : IDisposable
{
    private const string Variable = "TIMESTONE_PACKAGES";

#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    private readonly TemporaryDirectory? _own;

    private PackedFolder(string path, TemporaryDirectory? own)
    {
        (Path, _own) = (path, own);
        Packages = [.. Directory.GetFiles(path, "*.nupkg").Select(static file => new Package(file)).OrderBy(static package => package.Id)];
    }

    public string Path { get; }

    public IReadOnlyList<Package> Packages { get; }

    public static async Task<PackedFolder> PackAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } packed)
            return new PackedFolder(System.IO.Path.GetFullPath(packed), null);
        var own = new TemporaryDirectory();

        // No other run has this version: what NuGet keeps of another one is not taken for it.
        var version = string.Create(CultureInfo.InvariantCulture, $"0.0.0-test.{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}");
        var solution = System.IO.Path.Combine(Repository.Root, "Timestone.Orleans.sln");
        var outcome = await Processes.RunAsync(
            "dotnet",
            ["pack", solution, "--no-build", "-c", Configuration, "-o", own.Path, $"-p:Version={version}"]
        );
        outcome.Code.ShouldBe(0, outcome.Out);
        return new PackedFolder(own.Path, own);
    }

    public void Dispose() => _own?.Dispose();
}
