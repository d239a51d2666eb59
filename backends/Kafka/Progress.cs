using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Timestone.Backends.Kafka;

/// <summary>How far a member of the group has come in the partitions that it has, and what of that is not committed yet.</summary>
internal sealed class Progress(TimeSpan interval, ILogger logger, TimeProvider time)
{
    private readonly HashSet<TopicPartition> _owned = [];
    private readonly Dictionary<TopicPartition, Offset> _uncommitted = [];
    private long _committedAt = time.GetTimestamp();

    public void Own(IEnumerable<TopicPartition> partitions) => _owned.UnionWith(partitions);

    public void Disown(IReadOnlySet<TopicPartition> partitions)
    {
        _owned.ExceptWith(partitions);
        foreach (var partition in partitions)
            _uncommitted.Remove(partition);
    }

    /// <summary>Nothing of it is to be committed: it is told of other topics.</summary>
    public void Forget()
    {
        _owned.Clear();
        _uncommitted.Clear();
    }

    /// <summary>Everything before these has been indexed.</summary>
    public void Reach(IEnumerable<TopicPartitionOffset> ends)
    {
        foreach (var end in ends)
        {
            if (_owned.Contains(end.TopicPartition))
                _uncommitted[end.TopicPartition] = end.Offset;
        }
    }

    public void CommitIfDue(IConsumer<byte[], byte[]> consumer)
    {
        if (_uncommitted.Count > 0 && time.GetElapsedTime(_committedAt) >= interval)
            Commit(consumer);
    }

    public void Commit(IConsumer<byte[], byte[]> consumer)
    {
        if (_uncommitted.Count == 0)
            return;
        _committedAt = time.GetTimestamp();
        try
        {
            consumer.Commit(_uncommitted.Select(static reached => new TopicPartitionOffset(reached.Key, reached.Value)));
            _uncommitted.Clear();
        }
        catch (KafkaException problem)
        {
            // It is tried again with the next; if the partitions have gone to another member, that one begins a little earlier.
            KafkaLog.NotCommitted(logger, problem.Error.Reason);
        }
    }
}
