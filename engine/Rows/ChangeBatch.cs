namespace Timestone.Engine;

/// <summary>What one commit makes durable, all or nothing. Reused by its owner once the commit has ended.</summary>
public sealed class ChangeBatch
{
    /// <summary>Changes to messages in the order in which they happened; a message can stand here several times.</summary>
    public List<RowChange> Rows { get; } = [];

    /// <summary>The queue's row when it changed, else null.</summary>
    public QueueRow? Queue { get; set; }

    /// <summary>Whether the queue is deleted, with everything in it.</summary>
    public bool Deleted { get; set; }

    /// <summary>When the queue is deleted, in Unix milliseconds; else 0.</summary>
    public long DeletedAt { get; set; }

    /// <summary>The bytes of the payloads of added and rewritten messages, and of what consumers left on messages, together.</summary>
    public long PayloadBytes { get; set; }

    /// <summary>How many messages become errored.</summary>
    public int Errored { get; set; }

    /// <summary>How many messages are removed, by cause.</summary>
    public RemovalTally Removed { get; } = new();

    /// <summary>Whether there is nothing to commit.</summary>
    public bool IsEmpty => Rows.Count == 0 && Queue is null && !Deleted;

    /// <summary>Makes it empty.</summary>
    public void Clear()
    {
        Rows.Clear();
        Queue = null;
        Deleted = false;
        DeletedAt = 0;
        PayloadBytes = 0;
        Errored = 0;
        Removed.Clear();
    }
}
