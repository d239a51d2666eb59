namespace Timestone.Bench.Rest;

/// <summary>A folder that goes with its user.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder(string parent) => Path = System.IO.Path.Combine(parent, $"timestone-bench-{Guid.NewGuid():N}");

    public string Path { get; }

    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }
}
