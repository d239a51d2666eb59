namespace Timestone.Tests.Simulation;

/// <summary>What must hold of a queue whatever happens to it.</summary>
internal enum Invariant
{
    /// <summary>What was acknowledged survives: no message is lost, and no transition undone.</summary>
    AcknowledgedIsKept,

    /// <summary>No message is leased to two consumers at once.</summary>
    LeasedOnce,

    /// <summary>At most one message of each exclusivity value is running.</summary>
    OneRunningPerValue,

    /// <summary>The best dequeueable message is served first.</summary>
    OrderIsRespected,

    /// <summary>What is done again answers as it did, and changes nothing.</summary>
    RepeatsAnswerEqually,

    /// <summary>Depths and statistics agree with the messages that are there.</summary>
    CountsEqualContents,

    /// <summary>
    /// A reader of the outbox is told every transition that was committed, in the order of each message, or that something was dropped.
    /// </summary>
    TransitionsAreTold,

    /// <summary>Everything else that is answered is what the reference answers.</summary>
    AnswersEqualReference,
}
