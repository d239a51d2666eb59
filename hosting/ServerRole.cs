namespace Timestone.Hosting;

/// <summary>Which parts of the service a process runs.</summary>
public enum ServerRole
{
    /// <summary>Everything that it is configured for.</summary>
    All = 0,

    /// <summary>The queues and their searches; what is in Kafka is indexed by others.</summary>
    Server = 1,

    /// <summary>Nothing but the indexing of what is in Kafka.</summary>
    Indexer = 2,
}
