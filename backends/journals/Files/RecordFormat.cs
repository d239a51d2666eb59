using Timestone.Engine;

namespace Timestone.Journals.Files;

/// <summary>
/// The numbers that encoding and decoding share. In step with docs/file-journal.md: they never change, new ones come with a new version.
/// </summary>
internal static class RecordFormat
{
    /// <summary>A record's first byte: a batch of one queue.</summary>
    public const byte Commit = 1;

    /// <summary>A record's first byte: the journal was started.</summary>
    public const byte Start = 2;

    /// <summary>A record's first byte: the journal was stopped, and everything before is durable.</summary>
    public const byte End = 3;

    /// <summary>A record's first byte: the last sequence that a queue gave out.</summary>
    public const byte Sequence = 4;

    /// <summary>Flags of a commit.</summary>
    public const int HasQueueRow = 1, Deleted = 2, Told = 4, WithPayloads = 8;

    // A row's first byte: its kind below the shift, its cause above. In place of a cause stands that there is none.
    private const int CauseShift = 2, NoneOfChanged = 9, NoneOfRewritten = 12;

    /// <summary>A row's first byte.</summary>
    public static byte FirstOf(in RowChange change)
    {
        var none = change.Kind == ChangeKind.Rewritten ? NoneOfRewritten : NoneOfChanged;
        return (byte)((int)change.Kind | (((int?)change.Cause ?? none) << CauseShift));
    }

    /// <summary>A row's first byte taken apart.</summary>
    public static (ChangeKind Kind, TransitionCause? Cause) Split(byte first)
    {
        var cause = first >> CauseShift;
        return ((ChangeKind)(first & ((1 << CauseShift) - 1)), cause is NoneOfChanged or NoneOfRewritten ? null : (TransitionCause)cause);
    }
}
