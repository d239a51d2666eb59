namespace Timestone.Journals.Redis;

/// <summary>Where a <see cref="RedisJournal"/> is and what a commit waits for.</summary>
public sealed record RedisJournalOptions
{
    /// <summary>
    /// Addresses and options as StackExchange.Redis writes them: <c>host:port,host:port,password=…,ssl=true</c>. Of a Redis
    /// Cluster some of its nodes are enough.
    /// </summary>
    public required string Configuration { get; init; }

    /// <summary>How many replicas must have a commit before it counts; 0 for none. At least 0.</summary>
    public int WaitReplicas { get; init; }

    /// <summary>How long Redis may take to answer one command before it counts as lost. More than 0.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether each commit leaves its transitions in the queue's outbox, for <see cref="RedisJournal.Outbox"/>. Off while nothing
    /// publishes them.
    /// </summary>
    public bool Outbox { get; init; }

    /// <summary>
    /// How many entries, one for each commit, may wait in a queue's outbox before the oldest are dropped; Redis drops them a
    /// hundred or so at a time. More than 0.
    /// </summary>
    public int OutboxLimit { get; init; } = 1_000_000;

    /// <summary>
    /// How often it is looked for queues whose entries nobody publishes, and how long a reader that is silent keeps others from
    /// publishing a queue. More than 0.
    /// </summary>
    public TimeSpan OutboxTakeover { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Its monotonic clock tells what has passed between two answers of Redis, which say what the clock of Redis says.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
