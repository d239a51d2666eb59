using System.Text;
using StackExchange.Redis;
using Timestone.Bytes;

namespace Timestone.Journals.Redis;

/// <summary>Names of keys. In step with docs/redis-journal.md.</summary>
internal sealed class RedisKeys
{
    /// <summary>How many sets the names of queues are spread over.</summary>
    public const int NameSets = 64;

    public RedisKeys(string queue)
    {
        var prefix = $"ts:{{{queue}}}:";
        All = [prefix + "settings", prefix + "epoch", prefix + "rows", prefix + "payloads", prefix + "pending", prefix + "outbox"];
        Publishing = [Outbox, Settings, prefix + "publisher"];
        Names = NameSet(PartOf(queue));
    }

    /// <summary>All keys of the queue, in the order in which scripts take them.</summary>
    public RedisKey[] All { get; }

    /// <summary>Hash: what the queue is.</summary>
    public RedisKey Settings => All[0];

    /// <summary>Integer: its epoch.</summary>
    public RedisKey Epoch => All[1];

    /// <summary>Hash by id: what transitions change.</summary>
    public RedisKey Rows => All[2];

    /// <summary>Hash by id: what is fixed at the enqueue.</summary>
    public RedisKey Payloads => All[3];

    /// <summary>Sorted set: the order of pending messages.</summary>
    public RedisKey Pending => All[4];

    /// <summary>Stream: transitions not yet published.</summary>
    public RedisKey Outbox => All[5];

    /// <summary>The outbox, the settings and who publishes, in the order in which the outbox's scripts take them.</summary>
    public RedisKey[] Publishing { get; }

    /// <summary>The set in which the queue's name stands.</summary>
    public RedisKey Names { get; }

    /// <summary>What the outboxes of all queues are called.</summary>
    public const string OutboxPattern = "ts:{*}:outbox";

    /// <summary>The queue whose outbox this is.</summary>
    public static string QueueOfOutbox(string key) => key["ts:{".Length..^"}:outbox".Length];

    /// <summary>Which of the sets of names a queue's name stands in; that of its wake time has the same number.</summary>
    public static int PartOf(string queue) => (int)(Crc.Of(Encoding.UTF8.GetBytes(queue)) % NameSets);

    /// <summary>Sorted set: when queues must be opened although nobody calls.</summary>
    public static RedisKey WakeSet(int number) => $"ts:wake:{{{number:x2}}}";

    /// <summary>String: there when the table of wake times was begun.</summary>
    public static RedisKey WakeBegun => "ts:wake:begun";

    /// <summary>String: tells what is in this Redis from what is in any other.</summary>
    public static RedisKey Id => "ts:id";

    /// <summary>Hash: who serves what is in this Redis; expires.</summary>
    public static RedisKey Lease => "ts:lease";

    /// <summary>One of the sets of names. Each has a hash tag of its own, so that a cluster spreads them.</summary>
    public static RedisKey NameSet(int number) => $"ts:queues:{{{number:x2}}}";
}
