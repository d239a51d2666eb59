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
}
