namespace Timestone.Journals.Files;

/// <summary>A torn tail of the log: the last write before a crash, which was never answered.</summary>
/// <param name="File">The name of the segment's file.</param>
/// <param name="Offset">Where it begins, in bytes from the beginning of the file.</param>
/// <param name="Bytes">How long it is, without the zeros behind it.</param>
public sealed record TornTail(string File, long Offset, long Bytes);
