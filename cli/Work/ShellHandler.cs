using System.Text.Unicode;
using Timestone.Client;

namespace Timestone.Cli;

/// <summary>Handles a message by a command, whose exit code decides.</summary>
/// <param name="command">The command.</param>
/// <param name="takesResult">Whether its output becomes the message's result.</param>
/// <param name="permanentExitCodes">The exit codes that say that trying again is pointless.</param>
/// <param name="session">Who is told.</param>
/// <param name="call">The service, the clock, and the user's wish to kill.</param>
internal sealed class ShellHandler(ShellCommand command, bool takesResult, IReadOnlyList<int> permanentExitCodes, WorkSession session, Call call) : IMessageHandler
{
    public async Task HandleAsync(MessageContext context, CancellationToken cancellationToken)
    {
        using var kill = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, call.Host.Kill);
        var message = context.Message;
        var began = call.Host.Time.GetTimestamp();
        session.Begin();
        var (end, exitCode, error) = (CommandEnd.Failed, (int?)null, (string?)null);
        try
        {
            var result = await command.RunAsync(message, kill.Token).ConfigureAwait(false);
            (end, exitCode, error) = (EndOf(result), result.ExitCode, ErrorOf(result));
            if (end == CommandEnd.Completed && takesResult)
                context.Result = ResultOf(message, result.Output);
        }
        catch (OperationCanceledException)
        {
            end = CommandEnd.Killed;
            if (!cancellationToken.IsCancellationRequested)
                await GiveBackAsync(message).ConfigureAwait(false);
        }
        catch (IOException problem)
        {
            error = problem.Message;
        }
        finally
        {
            session.End(new WorkOutcome(message.Id, message.Attempt, end, exitCode, call.Host.Time.GetElapsedTime(began), error));
        }

        switch (end)
        {
            case CommandEnd.Failed:
                throw new CommandFailedException(error!);
            case CommandEnd.FailedForGood:
                throw new PermanentFailureException(error!);
            case CommandEnd.Killed:
                throw new OperationCanceledException("The command was killed.");
        }
    }

    private CommandEnd EndOf(ShellResult result) =>
        result.ExitCode == 0 ? CommandEnd.Completed : permanentExitCodes.Contains(result.ExitCode) ? CommandEnd.FailedForGood : CommandEnd.Failed;

    private static string? ErrorOf(ShellResult result) =>
        result.ExitCode == 0 ? null : result.Error.Length > 0 ? result.Error : $"exit code {result.ExitCode}";

    // To the worker a user who kills is a handler that failed. Said first and with the same token, the release stands,
    // the attempt is not spent, and the failure that follows finds the lease ended.
    private async Task GiveBackAsync(Message message)
    {
        try
        {
            await call.Timestone.ReleaseAsync(message.Queue, message.Id, message.LeaseToken!).ConfigureAwait(false);
        }
        catch (TimestoneException)
        {
            // Then the lease will expire.
        }
    }

    // The work is done whatever the command printed: what cannot be a result is left out, and said.
    private Payload ResultOf(Message message, byte[] output)
    {
        var text = output.AsMemory().Trim(" \t\r\n"u8);
        if (text.IsEmpty)
            return default;
        if (output.Length > Limits.MaxResultBytes)
            return NoResult(message, $"longer than {Limits.MaxResultBytes} bytes");
        if (!Utf8.IsValid(text.Span))
            return NoResult(message, "not UTF-8");
        try
        {
            return Payload.FromJson(text);
        }
        catch (TimestoneException)
        {
            return NoResult(message, "not one JSON value");
        }
    }

    private Payload NoResult(Message message, string why)
    {
        ErrorReport.Write(call.Error, $"{message.Id} completes without a result: its output is {why}");
        return default;
    }
}
