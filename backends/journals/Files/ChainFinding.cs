namespace Timestone.Journals.Files;

/// <summary>
/// How the records of a segment compare with what is remembered of it elsewhere: in the header of the next one or, of the newest
/// segment, in the high-water mark.
/// </summary>
internal enum ChainFinding
{
    /// <summary>All that is remembered is there, or nothing is remembered.</summary>
    Holds,

    /// <summary>The records end earlier.</summary>
    Short,

    /// <summary>They are other records, or more.</summary>
    Differs,
}
