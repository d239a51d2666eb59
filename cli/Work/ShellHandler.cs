using System.Text.Unicode;
using Timestone.Client;

namespace Timestone.Cli;

/// <summary>Handles a message by a command, whose exit code decides.</summary>
/// <param name="command">The command.</param>
/// <param name="takesResult">Whether its output becomes the message's result.</param>
/// <param name="permanentExitCodes">The exit codes that say that trying again is pointless.</param>
/// <param name="session">Who is told.</param>
/// <param name="call">The service, the clock, and the user's wish to kill.</param>
internal sealed class ShellHandler(
    ShellCommand command,
    bool takesResult,
    IReadOnlyList<int> permanentExitCodes,
    WorkSession session,
    Call call
) : IMessageHandler
{
    public async Task HandleAsync(MessageContext context, CancellationToken cancellationToken)
    {
        using var kill = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, session.Kill);
        var message = context.Message;
        var began = call.Host.Time.GetTimestamp();
        session.Begin();
        var (end, exitCode, error) = (CommandEnd.Failed, (int?)null, (string?)null);
        try
        {
            var result = await command.RunAsync(message, call.Host.Terminate, kill.Token).ConfigureAwait(false);
            (end, exitCode, error) = (EndOf(result), result.ExitCode, ErrorOf(result));
            if (end == CommandEnd.Completed && takesResult)
                context.Result = ResultOf(message, result.Output);
        }
        catch (OperationCanceledException)
        {
            end = CommandEnd.Killed;
        }
        catch (IOException problem)
        {
            error = problem.Message;
        }
        finally
        {
            session.End(new WorkOutcome(message.Id, message.Attempt, end, exitCode, call.Host.Time.GetElapsedTime(began), error));
        }

        if (end == CommandEnd.Killed && !cancellationToken.IsCancellationRequested)
            await GiveBackAsync(message).ConfigureAwait(false);
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

    // A command that ended by the SIGTERM that was passed on to it says nothing of its message.
    private CommandEnd EndOf(ShellResult result) => result.ExitCode switch
    {
        0 => CommandEnd.Completed,
        _ when result.IsTerminated && call.Host.Terminate.IsCancellationRequested => CommandEnd.Killed,
        var code => permanentExitCodes.Contains(code) ? CommandEnd.FailedForGood : CommandEnd.Failed,
    };

    private static string? ErrorOf(ShellResult result) =>
        result.ExitCode == 0 ? null : result.Error.Length > 0 ? result.Error : $"exit code {result.ExitCode}";

    // To the worker a command that was stopped is a handler that failed. Said first and with the same token, the release stands,
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
    private Payload ResultOf(Message message, CapturedOutput output)
    {
        var text = output.Text;
        if (text.IsEmpty)
            return default;
        if (output.IsCut || text.Length > Limits.MaxResultBytes)
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
        ErrorReport.Write(session.Error, $"{message.Id} completes without a result: its output is {why}");
        return default;
    }
}
