namespace Timestone;

/// <summary>What follows from an error's code.</summary>
public static class ErrorCodeExtensions
{
    /// <summary>Whether the same call may succeed a moment later: the service cannot answer now, or not here.</summary>
    public static bool IsPassing(this ErrorCode code) => code is ErrorCode.Unavailable or ErrorCode.Standby;
}
