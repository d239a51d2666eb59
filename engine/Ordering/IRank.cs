namespace Timestone.Engine;

/// <summary>A key with a total order, compared without boxing.</summary>
public interface IRank<TSelf>
    where TSelf : struct, IRank<TSelf>
{
    /// <summary>Whether this one comes before the other.</summary>
    bool Precedes(in TSelf other);
}
