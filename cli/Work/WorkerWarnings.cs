using Microsoft.Extensions.Logging;
using Timestone.Client;

namespace Timestone.Cli;

/// <summary>The worker's log for people: warnings, a line each, and the same line not again and again while a server is away.</summary>
internal sealed class WorkerWarnings(Call call, TextWriter error) : ILogger<TimestoneWorker>
{
    // The worker's own event for a permanent failure, which comes without its exception.
    private const string FailedForGood = "FailedForGood";

    private string? _last;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    // Who has ended the commands knows what becomes of them.
    public bool IsEnabled(LogLevel logLevel) =>
        logLevel >= LogLevel.Warning && !call.Host.Kill.IsCancellationRequested && !call.Host.Terminate.IsCancellationRequested;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        // What a command came to is told by itself.
        if (!IsEnabled(logLevel) || exception is CommandFailedException || eventId.Name == FailedForGood)
            return;
        var line = exception is TimestoneException refused
            ? $"{formatter(state, null).TrimEnd('.')}: {call.Describe(refused)}"
            : formatter(state, null);
        if (Interlocked.Exchange(ref _last, line) != line)
            ErrorReport.Write(error, line);
    }
}
