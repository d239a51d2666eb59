namespace Timestone.Tests.Support;

/// <summary>An empty directory that goes with its owner.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("timestone-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
