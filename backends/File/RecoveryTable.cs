using static Timestone.Backends.Files.FilePlace;
using static Timestone.Backends.Files.HeaderFinding;
using static Timestone.Backends.Files.RecoveryDecision;
using static Timestone.Backends.Files.TailFinding;

namespace Timestone.Backends.Files;

/// <summary>
/// What a start does about everything that can be found on the disk. Null stands for any; exactly one line matches each
/// combination. The header decides whether the tail is looked at.
/// </summary>
internal static class RecoveryTable
{
    private static readonly (FilePlace Place, HeaderFinding Header, TailFinding? Tail, RecoveryDecision Decision, string Why)[] Lines =
    [
        (Spare, Zero, null, KeepSpare, "never used"),
        (Spare, Valid, null, DeleteSpare, "a crash between the writing of its header and its renaming: it holds no records"),
        (Spare, Damaged, null, DeleteSpare, "a crash in the writing of its header, or segments had another size then"),
        (Spare, UnknownVersion, null, DeleteSpare, "like a valid header: a spare holds no records, whoever made it"),
        (Spare, OtherNumber, null, Impossible, "a spare has no number to differ from"),
        (Spare, Missing, null, Impossible, "spares are not counted"),

        (Earlier, Valid, End, Accept, "closed and cut to its length"),
        (Earlier, Valid, Zeros, Accept, "a crash after the next one was begun and before this one was cut to its length"),
        (Earlier, Valid, Torn, StopDamaged, "a segment is durable before the next one is begun"),
        (Earlier, Valid, DurableAfter, StopDamaged, "the same"),
        (Earlier, Zero, null, StopDamaged, "a header is durable before the file gets its name"),
        (Earlier, Damaged, null, StopDamaged, "the same"),
        (Earlier, UnknownVersion, null, StopVersion, "what we cannot read we must not touch"),
        (Earlier, OtherNumber, null, StopDamaged, "segments were mixed up by hand"),
        (Earlier, Missing, null, StopMissing, "segments are deleted from the oldest on"),

        (Last, Valid, End, Append, "full, or cut off before: the next record begins a new one"),
        (Last, Valid, Zeros, Append, "the common case"),
        (Last, Valid, Torn, CutOff, "a crash in a write that was never answered"),
        (Last, Valid, DurableAfter, StopDamaged, "what was answered is damaged"),
        (Last, Zero, null, StopDamaged, "a header is durable before the file gets its name"),
        (Last, Damaged, null, StopDamaged, "the same"),
        (Last, UnknownVersion, null, StopVersion, "what we cannot read we must not touch"),
        (Last, OtherNumber, null, StopDamaged, "segments were mixed up by hand"),
        (Last, Missing, null, Impossible, "the last is the last there is"),
    ];

    /// <summary>The decision; the tail is null unless the header is valid and the file a segment.</summary>
    public static RecoveryDecision Decide(FilePlace place, HeaderFinding header, TailFinding? tail) =>
        Lines.Single(line => line.Place == place && line.Header == header && (line.Tail is null || line.Tail == tail)).Decision;
}
