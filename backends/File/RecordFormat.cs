namespace Timestone.Backends.Files;

/// <summary>The numbers that encoding and decoding share. In step with docs/file-journal.md: they never change, new ones come with a new version.</summary>
internal static class RecordFormat
{
    /// <summary>A record's first byte: a batch of one queue.</summary>
    public const byte Commit = 1;

    /// <summary>A record's first byte: the journal was started.</summary>
    public const byte Start = 2;

    /// <summary>Flags of a commit.</summary>
    public const int HasQueueRow = 1, Deleted = 2;

    /// <summary>A row's first byte: its kind below this, its cause above.</summary>
    public const int CauseShift = 2;

    /// <summary>A content's shape: the payload's kind in the lowest two bits, and this.</summary>
    public const int HasTerms = 4;

    /// <summary>Terms: where the priority came from in the lowest two bits, and these.</summary>
    public const int HasInvisible = 4, HasVisibleAt = 8, HasLeaseMs = 16;

    /// <summary>A state's flags: the state in the lowest three bits, and these.</summary>
    public const int Redriven = 8, HasDueAt = 16, HasLease = 32, HasEnded = 64, HasNotes = 128;
}
