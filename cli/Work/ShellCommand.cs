using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Timestone.Cli;

/// <summary>A command line that the shell runs once for each message: payload on standard input, the rest in the environment.</summary>
/// <param name="line">The command line.</param>
/// <param name="output">Takes the command's standard output; null to capture it instead.</param>
/// <param name="error">Takes the command's standard error.</param>
internal sealed class ShellCommand(string line, TextWriter? output, TextWriter error)
{
    /// <summary>Runs it to its end.</summary>
    /// <exception cref="OperationCanceledException">It was killed, and what it started with it.</exception>
    /// <exception cref="IOException">It could not be started.</exception>
    public async Task<ShellResult> RunAsync(Message message, CancellationToken kill)
    {
        using var process = Start(message);
        using var killing = kill.Register(() => Kill(process));
        var errorTail = new TextTail(Limits.MaxErrorLength);
        var captured = new MemoryStream();
        await Task.WhenAll(
            FeedAsync(process, message.Payload.Bytes, kill),
            output is null ? CaptureAsync(process, captured, kill) : LinePump.RunAsync(process.StandardOutput, output, tail: null, kill),
            LinePump.RunAsync(process.StandardError, error, errorTail, kill)).ConfigureAwait(false);
        await process.WaitForExitAsync(kill).ConfigureAwait(false);
        kill.ThrowIfCancellationRequested();
        return new ShellResult(process.ExitCode, captured.ToArray(), errorTail.ToString().Trim());
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
            // A terminal's Ctrl+C goes to this program's children too, which are to finish: an ignored signal stays ignored
            // in whatever the shell runs.
            foreach (var argument in (string[])["-c", "trap '' INT; exec /bin/sh -c \"$1\"", "sh", line])
                start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in Variables(message))
            start.Environment[name] = value;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception problem)
        {
            throw new IOException($"The shell cannot be started: {problem.Message}", problem);
        }
    }

    private static IEnumerable<(string Name, string Value)> Variables(Message message)
    {
        yield return ("TIMESTONE_QUEUE", message.Queue);
        yield return ("TIMESTONE_ID", message.Id);
        yield return ("TIMESTONE_ATTEMPT", Number(message.Attempt));
        yield return ("TIMESTONE_ATTEMPTS_LEFT", Number(message.AttemptsLeft));
        yield return ("TIMESTONE_PRIORITY", Number(message.Priority));
        yield return ("TIMESTONE_ENQUEUED_AT", Text.Time(message.EnqueuedAt));
        if (message.Deadline is { } deadline)
            yield return ("TIMESTONE_DEADLINE", Text.Time(deadline));
        yield return ("TIMESTONE_METADATA", JsonSerializer.Serialize(message.Metadata, CliJson.Default.Metadata));
        foreach (var (key, value) in message.Metadata)
            yield return ($"TIMESTONE_METADATA_{key.Replace('.', '_').Replace('-', '_').ToUpperInvariant()}", value);
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static async Task FeedAsync(Process process, ReadOnlyMemory<byte> payload, CancellationToken kill)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(payload, kill).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // A command need not read what it is given.
        }
    }

    // One byte more than a result may have tells that it is too long; the rest is read so that the command can go on.
    private static async Task CaptureAsync(Process process, MemoryStream captured, CancellationToken kill)
    {
        const int MaxBytes = Limits.MaxResultBytes + 1;
        var buffer = new byte[MaxBytes];
        int read;
        while ((read = await process.StandardOutput.BaseStream.ReadAsync(buffer, kill).ConfigureAwait(false)) > 0)
            captured.Write(buffer, 0, (int)Math.Min(read, MaxBytes - captured.Length));
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception gone) when (gone is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended by itself.
        }
    }
}
