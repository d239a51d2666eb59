namespace Timestone.Engine;

/// <summary>Where a reader of an outbox begins.</summary>
public enum OutboxStart
{
    /// <summary>
    /// Behind what was acknowledged under its name before; the first time, with the earliest. What it acknowledges is remembered.
    /// </summary>
    Acknowledged = 0,

    /// <summary>
    /// With the earliest that the journal still holds, each time, so that what is read in the end is all that the journal holds.
    /// </summary>
    Earliest = 1,
}
