namespace Timestone.Backends.Files;

/// <summary>What stands at the beginning of a file.</summary>
internal enum HeaderFinding
{
    /// <summary>Our header.</summary>
    Valid,

    /// <summary>Nothing but zeros.</summary>
    Zero,

    /// <summary>Too short, not our magic, or a checksum that is wrong.</summary>
    Damaged,

    /// <summary>Our magic, and a version later than we know.</summary>
    UnknownVersion,

    /// <summary>A valid header of another segment: someone renamed the file.</summary>
    OtherNumber,

    /// <summary>There is no file of this number, but older and newer ones.</summary>
    Missing,
}
