namespace Timestone.Journals.Files;

/// <summary>What a file is to the log.</summary>
internal enum FilePlace
{
    /// <summary>Set aside for a later segment.</summary>
    Spare,

    /// <summary>The high-water mark, beside segments or files that are made after it.</summary>
    Mark,

    /// <summary>The high-water mark, where nothing else is.</summary>
    MarkAlone,

    /// <summary>A segment that the high-water mark says is not needed any more.</summary>
    Leftover,

    /// <summary>A segment that others follow.</summary>
    Earlier,

    /// <summary>The newest segment: of those there are, or the one that the high-water mark names if that is newer.</summary>
    Last,
}
