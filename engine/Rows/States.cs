namespace Timestone.Engine;

/// <summary>The states of a message as numbers and kinds.</summary>
public static class States
{
    /// <summary>How many there are.</summary>
    public const int Count = 6;

    /// <summary>Whether only a redrive, if anything, moves a message of this state on.</summary>
    public static bool IsTerminal(this MessageState state) => state >= MessageState.Completed;
}
