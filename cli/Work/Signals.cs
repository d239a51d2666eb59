using System.Runtime.InteropServices;

namespace Timestone.Cli;

/// <summary>Sends signals to whole process groups, which the framework cannot.</summary>
internal static partial class Signals
{
    public const int Terminate = 15, Kill = 9;

    /// <summary>Sends a signal to the process group that a process leads, or to the process alone where it leads none.</summary>
    public static void Send(int process, int signal)
    {
        if (SendSignal(-process, signal) != 0)
            _ = SendSignal(process, signal);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}
