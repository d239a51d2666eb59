namespace Timestone.Engine;

/// <summary>What made a change.</summary>
public enum Cause : byte
{
    /// <summary>A producer enqueued the message.</summary>
    Enqueue = 0,

    /// <summary>Its invisibility ended.</summary>
    Visible = 1,

    /// <summary>A consumer leased it.</summary>
    Dequeue = 2,

    /// <summary>Its consumer completed it.</summary>
    Complete = 3,

    /// <summary>Its consumer gave it back.</summary>
    Release = 4,

    /// <summary>Its consumer failed it.</summary>
    Fail = 5,

    /// <summary>Its lease expired.</summary>
    Expire = 6,

    /// <summary>Someone called it off.</summary>
    Cancel = 7,

    /// <summary>Someone made it pending again after its end.</summary>
    Redrive = 8,

    /// <summary>Its lease was extended or progress was reported: no transition.</summary>
    Extend = 9,

    /// <summary>Its retention time was over: no transition.</summary>
    Retention = 10,

    /// <summary>Someone purged it: no transition.</summary>
    Purge = 11,

    /// <summary>The store asked for it to be written once more: no transition.</summary>
    Rewrite = 12,

    /// <summary>More messages were errored than the queue keeps: no transition.</summary>
    Bound = 13,
}
