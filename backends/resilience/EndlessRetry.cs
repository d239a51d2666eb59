using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Timestone.Resilience;

/// <summary>
/// The retry policy for what has to succeed in the end: it is tried for ever, with growing pauses of up to five seconds. The log is told of
/// the first failure and of the success after it, not of each attempt.
/// </summary>
/// <remarks>
/// Polly's own jitter ends at its longest delay, where those that failed together would come back together for ever. So the pauses are
/// reckoned here: each at most half shorter than twice the one before.
/// </remarks>
internal sealed partial class EndlessRetry
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100), LongestPause = TimeSpan.FromSeconds(5);

    private readonly string _name;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Func<Exception, bool> _isExpected;
    private readonly bool _anything;
    private readonly ResiliencePipeline _retries;

    /// <summary>The policy for the steps of one piece of work.</summary>
    /// <param name="name">How the log calls the work, as the subject of a sentence.</param>
    /// <param name="logger">Is told.</param>
    /// <param name="time">What the pauses are timed by.</param>
    /// <param name="isExpected">Which failures are to be expected, and tried again. Null for those of input and output.</param>
    /// <param name="anything">Whether others are tried again, too, and told with where they come from; else they are the caller's.</param>
    public EndlessRetry(
        string name,
        ILogger logger,
        TimeProvider time,
        Func<Exception, bool>? isExpected = null,
        bool anything = false
    )
    {
        (_name, _logger, _time, _anything) = (name, logger, time, anything);
        _isExpected = isExpected ?? (static problem => problem is IOException);
        _retries = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(
                new RetryStrategyOptions
                {
                    ShouldHandle = attempt => ValueTask.FromResult(attempt.Outcome.Exception is { } problem && Passes(problem)),
                    MaxRetryAttempts = int.MaxValue,
                    DelayGenerator = static attempt => ValueTask.FromResult<TimeSpan?>(PauseAfter(attempt.AttemptNumber)),
                }
            )
            .Build();
    }

    /// <summary>Takes a step, until it succeeds. When it was stopped before, there is one attempt.</summary>
    /// <param name="step">What it does, as in "could not …".</param>
    /// <param name="attempt">One attempt.</param>
    /// <param name="stopping">Ends the pauses, and is what attempts are given.</param>
    /// <exception cref="OperationCanceledException">It was stopped before it succeeded.</exception>
    public async Task<T> RunAsync<T>(string step, Func<CancellationToken, ValueTask<T>> attempt, CancellationToken stopping)
    {
        var (failures, stalledAt) = (0, default(long?));

        // Polly would make none.
        if (stopping.IsCancellationRequested)
            return await AttemptAsync(stopping).ConfigureAwait(false);
        var result = await _retries.ExecuteAsync(AttemptAsync, stopping).ConfigureAwait(false);
        if (stalledAt is { } since)
            LogResumed(_name, step, failures, _time.GetElapsedTime(since).TotalSeconds);
        return result;

        async ValueTask<T> AttemptAsync(CancellationToken cancellationToken)
        {
            try
            {
                return await attempt(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception problem) when (Passes(problem))
            {
                cancellationToken.ThrowIfCancellationRequested();
                failures++;
                if (stalledAt is null && problem is not ToldException)
                {
                    stalledAt = _time.GetTimestamp();
                    LogStalled(_name, step, problem.Message, _isExpected(problem) ? null : problem);
                }

                throw;
            }
        }
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(string step, Func<CancellationToken, ValueTask> attempt, CancellationToken stopping) =>
        RunAsync(
            step,
            async cancellationToken =>
            {
                await attempt(cancellationToken).ConfigureAwait(false);
                return true;
            },
            stopping
        );

    private bool Passes(Exception problem) => _anything || _isExpected(problem);

    private static TimeSpan PauseAfter(int attempt)
    {
        var longest = FirstPause * Math.Pow(2, attempt);
        return (longest < LongestPause ? longest : LongestPause) * (1 - (Random.Shared.NextDouble() / 2));
    }

    [LoggerMessage(
        52,
        LogLevel.Warning,
        "{Name} stalls: could not {Step}; it is tried again until it succeeds. Queues go on meanwhile. {Problem}"
    )]
    private partial void LogStalled(string name, string step, string problem, Exception? unexpected);

    [LoggerMessage(53, LogLevel.Information, "{Name} goes on: could {Step} after {Failures} failures in {Seconds:0.0} s.")]
    private partial void LogResumed(string name, string step, int failures, double seconds);
}
