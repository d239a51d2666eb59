using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Timestone.Resilience;

/// <summary>
/// The retry policy for what has to succeed in the end: it is tried for ever, with growing pauses of up to five seconds. The log is told of
/// the first failure and of the success after it, not of each attempt.
/// </summary>
internal sealed partial class EndlessRetry
{
    private readonly string _name;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Func<Exception, bool> _passes;
    private readonly ResiliencePipeline _retries;

    /// <summary>The policy for the steps of one piece of work.</summary>
    /// <param name="name">How the log calls the work, as the subject of a sentence.</param>
    /// <param name="logger">Is told.</param>
    /// <param name="time">What the pauses are timed by.</param>
    /// <param name="passes">Which failures are tried again; the others are the caller's. Null for those of input and output.</param>
    public EndlessRetry(string name, ILogger logger, TimeProvider time, Func<Exception, bool>? passes = null)
    {
        (_name, _logger, _time) = (name, logger, time);
        _passes = passes ?? (static problem => problem is IOException);
        _retries = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(
                new RetryStrategyOptions
                {
                    ShouldHandle = attempt => ValueTask.FromResult(attempt.Outcome.Exception is { } problem && _passes(problem)),
                    MaxRetryAttempts = int.MaxValue,
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    Delay = TimeSpan.FromMilliseconds(100),
                    MaxDelay = TimeSpan.FromSeconds(5),
                }
            )
            .Build();
    }

    /// <summary>Takes a step, until it succeeds.</summary>
    /// <param name="step">What it does, as in "could not …".</param>
    /// <param name="attempt">One attempt.</param>
    /// <param name="stopping">Ends the pauses, and is what attempts are given.</param>
    /// <exception cref="OperationCanceledException">It was stopped before it succeeded.</exception>
    public async Task<T> RunAsync<T>(string step, Func<CancellationToken, ValueTask<T>> attempt, CancellationToken stopping)
    {
        var (failures, stalledAt) = (0, default(long?));
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
            catch (Exception problem) when (_passes(problem))
            {
                cancellationToken.ThrowIfCancellationRequested();
                failures++;
                if (stalledAt is null && problem is not ToldException)
                {
                    stalledAt = _time.GetTimestamp();
                    LogStalled(_name, step, problem.Message, problem is IOException ? null : problem);
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

    [LoggerMessage(
        52,
        LogLevel.Warning,
        "{Name} stalls: could not {Step}; it is tried again until it succeeds. Queues go on meanwhile. {Problem}"
    )]
    private partial void LogStalled(string name, string step, string problem, Exception? unexpected);

    [LoggerMessage(53, LogLevel.Information, "{Name} goes on: could {Step} after {Failures} failures in {Seconds:0.0} s.")]
    private partial void LogResumed(string name, string step, int failures, double seconds);
}
