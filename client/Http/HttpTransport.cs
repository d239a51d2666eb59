using Polly;
using Polly.Retry;

namespace Timestone.Client.Http;

/// <summary>
/// Sends a call until it is answered or the time for retries is over. Every operation may be repeated: those that are
/// not idempotent by what they carry (purge, redrive all) go on where they were.
/// </summary>
internal sealed class HttpTransport : IDisposable
{
    private static readonly ResiliencePropertyKey<Tries> TriesKey = new("tries");
    private readonly HttpSender _sender;
    private readonly TimeProvider _timeProvider;
    private readonly TimeSpan _retryFor;
    private readonly ResiliencePipeline<HttpTry> _retries;

    public HttpTransport(TimestoneClientOptions options, HttpMessageHandler? handler, TimeProvider timeProvider)
    {
        _sender = new HttpSender(options, handler, timeProvider);
        _timeProvider = timeProvider;
        _retryFor = options.RetryFor;
        _retries = new ResiliencePipelineBuilder<HttpTry> { TimeProvider = timeProvider }
            .AddRetry(new RetryStrategyOptions<HttpTry>
            {
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.RetryDelay,
                MaxDelay = options.MaxRetryDelay,
                ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Result is { Failure: not null } failed && MayRetry(arguments.Context, failed)),
                DelayGenerator = static arguments => ValueTask.FromResult(arguments.Outcome.Result?.RetryAfter),
            })
            .Build();
    }

    public void Dispose() => _sender.Dispose();

    /// <summary>Sends a call.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.Unavailable"/>: no try was answered.</exception>
    public async Task<HttpAnswer> SendAsync(HttpCall call, CancellationToken cancellationToken)
    {
        var tries = new Tries(_timeProvider.GetTimestamp());
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(TriesKey, tries);
        try
        {
            var last = await _retries.ExecuteAsync(
                static async (context, state) => state.tries.Add(await state._sender.TryAsync(state.call, context.CancellationToken).ConfigureAwait(false)),
                context,
                (_sender, call, tries)).ConfigureAwait(false);
            return last.Failure is null
                ? new HttpAnswer(last.Status, last.Body, tries.MayHaveTakenEffect)
                : throw new TimestoneException(ErrorCode.Unavailable, tries.Verdict(last), innerException: last.Cause);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private bool MayRetry(ResilienceContext context, HttpTry failed)
    {
        context.Properties.TryGetValue(TriesKey, out var tries);
        return _timeProvider.GetElapsedTime(tries!.StartedAt) + (failed.RetryAfter ?? TimeSpan.Zero) < _retryFor;
    }

    /// <summary>What is remembered from one try to the next.</summary>
    private sealed class Tries(long startedAt)
    {
        private int _count;

        public long StartedAt => startedAt;

        public bool MayHaveTakenEffect { get; private set; }

        public HttpTry Add(HttpTry one)
        {
            _count++;
            MayHaveTakenEffect |= one.MayHaveTakenEffect;
            return one;
        }

        public string Verdict(HttpTry last) =>
            $"{last.Failure} Tried {_count} times. " + (MayHaveTakenEffect ? "The outcome is unknown; repeating the call is safe." : "Nothing was sent.");
    }
}
