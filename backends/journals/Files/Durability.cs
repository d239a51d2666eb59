namespace Timestone.Journals.Files;

/// <summary>What must have happened before a commit is answered.</summary>
public enum Durability
{
    /// <summary>The disk has confirmed it: it survives the loss of power.</summary>
    Fsync = 0,

    /// <summary>
    /// The operating system has it: it survives the end of this process, but the loss of power can lose the latest commits.
    /// </summary>
    Os = 1,
}
