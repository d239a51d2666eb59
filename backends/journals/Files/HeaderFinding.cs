namespace Timestone.Journals.Files;

/// <summary>What stands at the beginning of a file.</summary>
internal enum HeaderFinding
{
    /// <summary>Our header.</summary>
    Valid,

    /// <summary>Nothing but zeros.</summary>
    Zero,

    /// <summary>Too short, not our magic, or a checksum that is wrong.</summary>
    Damaged,

    /// <summary>Our magic, and another version than ours.</summary>
    UnknownVersion,

    /// <summary>A valid header of another segment: someone renamed the file.</summary>
    OtherNumber,

    /// <summary>There is no such file, and there should be.</summary>
    Missing,
}
