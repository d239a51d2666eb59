namespace Timestone.Engine;

/// <summary>What a change does to a stored row.</summary>
public enum ChangeKind : byte
{
    /// <summary>A new message: everything about it is written.</summary>
    Added = 0,

    /// <summary>Its <see cref="RowState"/> changed; the payload and what else is fixed need not be written again.</summary>
    Changed = 1,

    /// <summary>The message is gone.</summary>
    Removed = 2,

    /// <summary>Nothing changed, but the store asked for everything to be written once more (compaction).</summary>
    Rewritten = 3,
}
