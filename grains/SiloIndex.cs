using Timestone.Engine;

namespace Timestone.Grains;

/// <summary>Where the grains of one silo write the indices.</summary>
public sealed class SiloIndex
{
    private volatile IIndexWriter? _writer;

    /// <summary>What writes them; null as long as the silo has none.</summary>
    public IIndexWriter? Writer
    {
        get => _writer;
        set => _writer = value;
    }
}
