using Microsoft.Extensions.Logging;

namespace Timestone.Tests.Kafka;

/// <summary>A log that tests can read and wait for.</summary>
public sealed class MemoryLog<T> : ILogger<T>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Count(string part)
    {
        lock (_lock)
            return _lines.Count(line => line.Contains(part, StringComparison.Ordinal));
    }

    /// <summary>Waits for a line that has this in it.</summary>
    public async Task SaysAsync(string part)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_lines.Exists(line => line.Contains(part, StringComparison.Ordinal)))
                    return;
                changed = _changed.Task;
            }

            await changed.WaitAsync(patience.Token);
        }
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        lock (_lock)
        {
            _lines.Add(formatter(state, exception));
            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
