namespace Timestone.Backends.Files;

/// <summary>What a file is to the log.</summary>
internal enum FilePlace
{
    /// <summary>Set aside for a later segment.</summary>
    Spare,

    /// <summary>A segment that others follow.</summary>
    Earlier,

    /// <summary>The newest segment.</summary>
    Last,
}
