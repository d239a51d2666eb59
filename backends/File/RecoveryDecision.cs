namespace Timestone.Backends.Files;

/// <summary>What a start does about a file.</summary>
internal enum RecoveryDecision
{
    /// <summary>Cannot be found.</summary>
    Impossible,

    /// <summary>Keeps it for a later segment.</summary>
    KeepSpare,

    /// <summary>Deletes it.</summary>
    DeleteSpare,

    /// <summary>Takes its records.</summary>
    Accept,

    /// <summary>Takes its records and goes on writing behind them.</summary>
    Append,

    /// <summary>Takes its records, cuts off durably what is behind, and goes on in a new segment.</summary>
    CutOff,

    /// <summary>Stops: a segment is missing.</summary>
    StopMissing,

    /// <summary>Stops: a later version of Timestone wrote it.</summary>
    StopVersion,

    /// <summary>Stops: what was durable is damaged.</summary>
    StopDamaged,
}
