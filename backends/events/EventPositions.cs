namespace Timestone.Events;

/// <summary>How far a log of events reaches between those who write it and the index, and how far it is in the index.</summary>
/// <param name="Partitions">Each partition, always in the same order.</param>
/// <param name="IsAnother">Whether a topic is another one than when it was first asked: what was in the one before is gone.</param>
/// <param name="HasLetGo">Whether a topic has let go of events that the index has not read: their retention ended before.</param>
public sealed record EventPositions(IReadOnlyList<PartitionPosition> Partitions, bool IsAnother = false, bool HasLetGo = false)
{
    /// <summary>How many events wait.</summary>
    public long Waiting => Partitions.Sum(static partition => partition.Waiting);

    /// <summary>How many events are in the index, of all that there ever were.</summary>
    public long Done => Partitions.Sum(static partition => partition.Done);

    /// <summary>Where most wait; null where none do.</summary>
    public PartitionPosition? Slowest =>
        Partitions.Where(static partition => partition.Waiting > 0).MaxBy(static partition => partition.Waiting);
}

/// <summary>One partition of a log of events.</summary>
/// <param name="Topic">Its topic.</param>
/// <param name="Partition">Its number.</param>
/// <param name="End">Behind the last event.</param>
/// <param name="Done">Behind the last event that the index has together with all before it. Beyond the end where the topic is another one
/// than that of which this was told.</param>
public sealed record PartitionPosition(string Topic, int Partition, long End, long Done)
{
    /// <summary>How many events wait; all where what is done is told of another topic of that name.</summary>
    public long Waiting => Done > End ? End : End - Done;

    /// <inheritdoc/>
    public override string ToString() => $"{Topic}[{Partition}]";
}
