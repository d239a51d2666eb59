namespace Timestone.Engine;

/// <summary>Where a message's priority came from.</summary>
public enum OrderSource
{
    /// <summary>The time of its enqueue.</summary>
    Time = 0,

    /// <summary>Given as a priority.</summary>
    Priority = 1,

    /// <summary>Given as a deadline.</summary>
    Deadline = 2,

    /// <summary>The time of its enqueue and an offset that was given: the difference of the two is the offset.</summary>
    Offset = 3,
}
