using Timestone.Engine;
using Timestone.Journals.Redis;

namespace Timestone.Hosting;

/// <summary>
/// The other processes that work on the same queues at the same time. A server has none: of those that share a journal one is active.
/// </summary>
public interface IPeers
{
    /// <summary>As whom this process uses the Redis that it shares with them.</summary>
    LeaseHolder Holder { get; }

    /// <summary>Why this process cannot work with them yet; null when it can.</summary>
    string? Trouble { get; }

    /// <summary>All queues, wherever they are open.</summary>
    ITimestone Everything { get; }

    /// <summary>Whether of all processes this is the one that compares the indices with the queues.</summary>
    bool IsScrubber { get; }

    /// <summary>The group of those in this process who index what is in Kafka; null without Kafka.</summary>
    string? KafkaReaders { get; }

    /// <summary>Takes the service of this process, which can work now.</summary>
    /// <param name="timestone">The service.</param>
    /// <param name="journal">Its journal.</param>
    /// <param name="index">What writes the indices; null where that is not this process's own.</param>
    void Take(LocalTimestone timestone, IJournal journal, IIndexWriter? index);
}
