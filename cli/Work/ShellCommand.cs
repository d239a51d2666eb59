using System.ComponentModel;
using System.Diagnostics;

namespace Timestone.Cli;

/// <summary>A command line that the shell runs once for each message: payload on standard input, the rest in the environment.</summary>
/// <param name="line">The command line.</param>
/// <param name="output">Takes the command's standard output; null to capture it instead.</param>
/// <param name="error">Takes the command's standard error, and warnings. Neither writer may throw.</param>
/// <param name="time">The clock.</param>
internal sealed class ShellCommand(string line, TextWriter? output, TextWriter error, TimeProvider time)
{
    // How long output may still come once the command has ended: what it left running can hold its output open for ever.
    private static readonly TimeSpan OutputGrace = TimeSpan.FromMilliseconds(500);

    // A command leads a process group, so that signals reach what it starts, and a terminal's Ctrl+C, which goes to the group of
    // this program, does not. Where there is no setsid, it ignores that signal instead, as does whatever it runs.
    private const string InGroupOfItsOwn = """
        command -v setsid > /dev/null && exec setsid /bin/sh -c "$1"
        trap '' INT; exec /bin/sh -c "$1"
        """;

    /// <summary>Runs it to its end.</summary>
    /// <param name="message">The message.</param>
    /// <param name="terminate">Asks it to end, by SIGTERM.</param>
    /// <param name="kill">Kills it.</param>
    /// <exception cref="OperationCanceledException">It was killed, and what it started with it.</exception>
    /// <exception cref="IOException">It could not be started.</exception>
    public async Task<ShellResult> RunAsync(Message message, CancellationToken terminate, CancellationToken kill)
    {
        using var process = Start(message);
        using var killing = kill.Register(() => Kill(process));
        using var terminating = terminate.Register(() => Terminate(process));
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(kill);
        var errorTail = new TextTail(Limits.MaxErrorLength);
        var captured = new CapturedOutput();
        var streams = Task.WhenAll(
            FeedAsync(process, message.Payload.Bytes, closing.Token),
            output is null
                ? captured.ReadAsync(process.StandardOutput.BaseStream, closing.Token)
                : LinePump.RunAsync(process.StandardOutput, output, tail: null, closing.Token),
            LinePump.RunAsync(process.StandardError, error, errorTail, closing.Token));
        await process.WaitForExitAsync(kill).ConfigureAwait(false);
        using (
            time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), closing, OutputGrace, Timeout.InfiniteTimeSpan)
        )
            await streams.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        kill.ThrowIfCancellationRequested();
        return new ShellResult(process.ExitCode, captured, errorTail.ToString().Trim());
    }

    private Process Start(Message message)
    {
        var start = new ProcessStartInfo
        {
            FileName = OperatingSystem.IsWindows() ? "cmd.exe" : "/bin/sh",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (OperatingSystem.IsWindows())
            start.Arguments = $"/d /s /c \"{line}\"";
        else
        {
            foreach (var argument in (string[])["-c", InGroupOfItsOwn, "sh", line])
                start.ArgumentList.Add(argument);
        }

        MessageVariables.Set(message, start.Environment, warning => ErrorReport.Write(error, warning));
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception problem)
        {
            throw new IOException($"The shell cannot be started: {problem.Message}", problem);
        }
    }

    private static async Task FeedAsync(Process process, ReadOnlyMemory<byte> payload, CancellationToken closing)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(payload, closing).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // A command need not read what it is given.
        }
    }

    private static void Terminate(Process process) => Send(process, Signals.Terminate);

    private static void Kill(Process process)
    {
        Send(process, Signals.Kill);
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception gone) when (gone is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended by itself.
        }
    }

    private static void Send(Process process, int signal)
    {
        if (!OperatingSystem.IsWindows() && !process.HasExited)
            Signals.Send(process.Id, signal);
    }
}
