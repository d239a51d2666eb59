namespace Timestone.Cli;

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">Its exit code; 128 and the signal's number when one ended it.</param>
/// <param name="Output">Its standard output if that was captured.</param>
/// <param name="Error">The end of its standard error, as much as a message's error may hold.</param>
internal sealed record ShellResult(int ExitCode, CapturedOutput Output, string Error)
{
    /// <summary>Whether SIGTERM ended it.</summary>
    public bool IsTerminated => ExitCode == 128 + Signals.Terminate;
}
