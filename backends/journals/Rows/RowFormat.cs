namespace Timestone.Journals;

/// <summary>
/// The flags of an encoded row, which the journals share. In step with docs/file-journal.md and docs/redis-journal.md: they
/// never change, new ones come with a new version.
/// </summary>
internal static class RowFormat
{
    /// <summary>A content's shape: the payload's kind in the lowest two bits, and these.</summary>
    public const int PayloadKindBits = 3, HasTerms = 4, HasFields = 8;

    /// <summary>Terms: where the priority came from in the lowest two bits, and these.</summary>
    public const int HasInvisible = 4, HasVisibleAt = 8, HasLeaseMs = 16;

    /// <summary>A state's count of attempts is written shifted by this, above a bit that says whether fields follow.</summary>
    public const int AttemptShift = 1;

    /// <summary>A state's flags: the state in the lowest three bits, and these.</summary>
    public const int Redriven = 8, HasDueAt = 16, HasLease = 32, HasEnded = 64, HasNotes = 128;
}
