namespace Timestone.Journals.Files;

/// <summary>What a start does about a file.</summary>
internal enum RecoveryDecision
{
    /// <summary>Cannot be found.</summary>
    Impossible,

    /// <summary>Keeps it for a later segment.</summary>
    KeepSpare,

    /// <summary>Deletes it.</summary>
    Delete,

    /// <summary>Begins an empty log.</summary>
    Begin,

    /// <summary>Takes its records, or what it says.</summary>
    Accept,

    /// <summary>Takes its records and goes on writing behind them.</summary>
    Append,

    /// <summary>Takes its records, cuts off durably what is behind, and goes on in a new segment.</summary>
    CutOff,

    /// <summary>Stops: it is missing.</summary>
    StopMissing,

    /// <summary>Stops: another version of Timestone wrote it.</summary>
    StopVersion,

    /// <summary>Stops: what was durable is damaged.</summary>
    StopDamaged,

    /// <summary>Stops: records at its end are missing.</summary>
    StopShort,

    /// <summary>Stops: it holds other records than those that became durable.</summary>
    StopDiffers,
}
