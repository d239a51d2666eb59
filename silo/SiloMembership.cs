namespace Timestone.Silo;

/// <summary>Whether this process is a silo of its cluster by now.</summary>
internal sealed class SiloMembership
{
    private volatile bool _hasJoined;

    /// <summary>Whether it has joined; it stays so.</summary>
    public bool HasJoined
    {
        get => _hasJoined;
        set => _hasJoined = value;
    }
}
