using static Timestone.Journals.Files.ChainFinding;
using static Timestone.Journals.Files.FilePlace;
using static Timestone.Journals.Files.HeaderFinding;
using static Timestone.Journals.Files.RecoveryDecision;
using static Timestone.Journals.Files.TailFinding;

namespace Timestone.Journals.Files;

/// <summary>
/// What a start does about everything that can be found on the disk. Null stands for any; exactly one line matches each
/// combination. The header decides whether the tail and the chain are looked at.
/// </summary>
internal static class RecoveryTable
{
    private static readonly (
        FilePlace Place,
        HeaderFinding? Header,
        TailFinding? Tail,
        ChainFinding? Chain,
        RecoveryDecision Decision,
        string Why
    )[] Lines =
    [
        (Spare, Zero, null, null, KeepSpare, "never used"),
        (Spare, Valid, null, null, Delete, "a crash between the writing of its header and its renaming: it holds no records"),
        (Spare, Damaged, null, null, Delete, "a crash in the writing of its header, or segments had another size then"),
        (Spare, UnknownVersion, null, null, Delete, "like a valid header: a spare holds no records, whoever made it"),
        (Spare, OtherNumber, null, null, Impossible, "a spare has no number to differ from"),
        (Spare, Missing, null, null, Impossible, "spares are not counted"),

        (Mark, Valid, null, null, Accept, "the common case"),
        (Mark, Zero, null, null, StopDamaged, "it is durable before the first segment is begun"),
        (Mark, Damaged, null, null, StopDamaged, "of its two places one is whole whatever happens"),
        (Mark, UnknownVersion, null, null, StopVersion, "what we cannot read we must not touch"),
        (Mark, OtherNumber, null, null, Impossible, "it has no number"),
        (Mark, Missing, null, null, StopMissing, "without it nobody knows whether the newest segments are there"),

        (MarkAlone, Valid, null, null, Accept, "whether segments are missing it says itself"),
        (MarkAlone, Zero, null, null, Begin, "never written as a whole: a crash in the first start"),
        (MarkAlone, Damaged, null, null, StopDamaged, "of its two places one is whole whatever happens"),
        (MarkAlone, UnknownVersion, null, null, StopVersion, "what we cannot read we must not touch"),
        (MarkAlone, OtherNumber, null, null, Impossible, "it has no number"),
        (MarkAlone, Missing, null, null, Begin, "an empty directory"),

        (Leftover, null, null, null, Delete, "a crash between the note that it is not needed and its deletion"),

        (Earlier, Valid, End, Holds, Accept, "closed and cut to its length"),
        (Earlier, Valid, Zeros, Holds, Accept, "a crash after the next one was begun and before this one was cut to its length"),
        (Earlier, Valid, End, Short, StopShort, "the next one remembers more"),
        (Earlier, Valid, Zeros, Short, StopShort, "the same"),
        (Earlier, Valid, End, Differs, StopDiffers, "the next one follows on other records"),
        (Earlier, Valid, Zeros, Differs, StopDiffers, "the same"),
        (Earlier, Valid, Torn, null, StopDamaged, "a segment is durable before the next one is begun"),
        (Earlier, Valid, DurableAfter, null, StopDamaged, "the same"),
        (Earlier, Zero, null, null, StopDamaged, "a header is durable before the file gets its name"),
        (Earlier, Damaged, null, null, StopDamaged, "the same"),
        (Earlier, UnknownVersion, null, null, StopVersion, "what we cannot read we must not touch"),
        (Earlier, OtherNumber, null, null, StopDamaged, "segments were mixed up by hand"),
        (Earlier, Missing, null, null, StopMissing, "the mark says from which one on segments are needed"),

        (Last, Valid, End, Holds, Append, "full, or cut off before: the next record begins a new one"),
        (Last, Valid, Zeros, Holds, Append, "the common case"),
        (Last, Valid, Torn, Holds, CutOff, "a crash in a write that was never answered"),
        (Last, Valid, End, Short, StopShort, "the mark remembers more"),
        (Last, Valid, Zeros, Short, StopShort, "the same"),
        (Last, Valid, Torn, Short, StopDamaged, "what was durable is damaged"),
        (Last, Valid, End, Differs, StopDiffers, "the mark remembers other records"),
        (Last, Valid, Zeros, Differs, StopDiffers, "the same"),
        (Last, Valid, Torn, Differs, StopDiffers, "the same"),
        (Last, Valid, DurableAfter, null, StopDamaged, "what was answered is damaged"),
        (Last, Zero, null, null, StopDamaged, "a header is durable before the file gets its name"),
        (Last, Damaged, null, null, StopDamaged, "the same"),
        (Last, UnknownVersion, null, null, StopVersion, "what we cannot read we must not touch"),
        (Last, OtherNumber, null, null, StopDamaged, "segments were mixed up by hand"),
        (Last, Missing, null, null, StopMissing, "the mark names it"),
    ];

    /// <summary>The decision; the tail and the chain are null unless the header is valid and the file a segment that is needed.</summary>
    public static RecoveryDecision Decide(FilePlace place, HeaderFinding header, TailFinding? tail = null, ChainFinding? chain = null) =>
        Lines.Single(line => line.Place == place
            && (line.Header is null || line.Header == header)
            && (line.Tail is null || line.Tail == tail)
            && (line.Chain is null || line.Chain == chain)).Decision;
}
