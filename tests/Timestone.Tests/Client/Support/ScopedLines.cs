using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Timestone.Tests.Client.Support;

/// <summary>Keeps each line that is logged with the values of the scopes that it stands in.</summary>
internal sealed class ScopedLines : ILoggerProvider, ISupportExternalScope, ILogger
{
    private readonly ConcurrentQueue<(string Text, string Scope)> _lines = [];
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    public int Count => _lines.Count;

    public string ScopeOf(string text) => _lines.Single(line => line.Text == text).Scope;

    public ILogger CreateLogger(string categoryName) => this;

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => _scopes.Push(state);

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        List<string> values = [];
        _scopes.ForEachScope(
            static (scope, values) =>
            {
                if (scope is IEnumerable<KeyValuePair<string, object?>> pairs)
                    values.AddRange(pairs.Where(static pair => pair.Key != "{OriginalFormat}").Select(static pair => $"{pair.Key}={pair.Value}"));
            },
            values
        );
        _lines.Enqueue((formatter(state, exception), string.Join(' ', values)));
    }
}
