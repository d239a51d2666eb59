using Microsoft.Extensions.Logging;

namespace Timestone.Resilience;

/// <summary>
/// Whether Kafka or Elasticsearch works, as those of this process find who use it, each for its purpose. Says in the log, in one line each,
/// when it does not any more and when it does again; not each attempt.
/// </summary>
/// <param name="name">What it is called.</param>
/// <param name="logger">Is told.</param>
/// <param name="time">What its times are; null for the system's.</param>
public sealed partial class ServiceState(string name, ILogger logger, TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _sync = new();
    private readonly Dictionary<string, string> _troubles = [];
    private long _since;
    private volatile string? _trouble;

    /// <summary>What is wrong, as sentences for people; null while it works.</summary>
    public string? Trouble => _trouble;

    /// <summary>Notes that it does not work.</summary>
    /// <param name="use">For which purpose.</param>
    /// <param name="why">What is wrong, as sentences for people.</param>
    public void Fail(string use, string why)
    {
        lock (_sync)
        {
            if (_troubles.Count == 0)
            {
                _since = _time.GetTimestamp();
                LogFailed(name, why);
            }

            _troubles[use] = why;
            _trouble = Text();
        }
    }

    /// <summary>Notes that it works for a purpose.</summary>
    public void Work(string use)
    {
        if (_trouble is null)
            return;
        lock (_sync)
        {
            if (!_troubles.Remove(use))
                return;
            _trouble = Text();
            if (_trouble is null)
                LogWorks(name, _time.GetElapsedTime(_since).TotalSeconds);
        }
    }

    private string? Text() =>
        _troubles.Count == 0 ? null : $"{name} does not work: {string.Join(' ', _troubles.Values.Distinct(StringComparer.Ordinal))}";

    [LoggerMessage(
        50,
        LogLevel.Warning,
        "{Name} does not work: {Problem} It is tried again until it does. Queues go on meanwhile, and events wait."
    )]
    private partial void LogFailed(string name, string problem);

    [LoggerMessage(51, LogLevel.Information, "{Name} works again, after {Seconds:0.0} s.")]
    private partial void LogWorks(string name, double seconds);
}
