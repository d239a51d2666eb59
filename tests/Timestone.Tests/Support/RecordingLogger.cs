using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Timestone.Tests.Support;

/// <summary>Keeps what is logged, a line each.</summary>
public sealed class RecordingLogger<T> : ILogger<T>
{
    /// <summary>Level and text of each line.</summary>
    public ConcurrentQueue<(LogLevel Level, string Text)> Lines { get; } = [];

    /// <summary>The exceptions that lines came with.</summary>
    public ConcurrentQueue<Exception> Exceptions { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        Lines.Enqueue((logLevel, formatter(state, exception)));
        if (exception is not null)
            Exceptions.Enqueue(exception);
    }
}
