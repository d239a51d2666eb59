namespace Timestone.Journals.Files;

/// <summary>What stands behind the last whole record of a segment.</summary>
internal enum TailFinding
{
    /// <summary>Nothing: the file ends.</summary>
    End,

    /// <summary>Zeros to the end of the file.</summary>
    Zeros,

    /// <summary>Something else, and nothing that was written after it had become durable.</summary>
    Torn,

    /// <summary>Something else, and a record that was written after it had become durable.</summary>
    DurableAfter,
}
