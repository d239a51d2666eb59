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
            .AddRetry(
                new RetryStrategyOptions<HttpTry>
                {
                    MaxRetryAttempts = int.MaxValue,
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    Delay = options.RetryDelay,
                    MaxDelay = options.MaxRetryDelay,
                    ShouldHandle = arguments =>
                        ValueTask.FromResult(arguments.Outcome.Result is { Failure: not null } && MayRetry(arguments.Context)),
                    DelayGenerator = arguments => ValueTask.FromResult(Delay(arguments.Context)),
                }
            )
            .Build();
    }

    public void Dispose() => _sender.Dispose();

    /// <summary>Sends a call.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.Unavailable"/>: no try was answered. <see cref="ErrorCode.Standby"/>: the
    /// last one by a standby, and none had an effect.</exception>
    public async Task<HttpAnswer> SendAsync(HttpCall call, CancellationToken cancellationToken)
    {
        var tries = new Tries(_timeProvider.GetTimestamp(), _sender.Addresses);
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(TriesKey, tries);
        try
        {
            var last = await _retries
                .ExecuteAsync(
                    static async (context, state) =>
                        state.tries.Add(await state._sender.TryAsync(state.call, context.CancellationToken).ConfigureAwait(false)),
                    context,
                    (_sender, call, tries)
                )
                .ConfigureAwait(false);
            return last.Failure is null
                ? new HttpAnswer(last.Status, last.Body, tries.MayHaveTakenEffect)
                : throw new TimestoneException(
                    tries.MayHaveTakenEffect ? ErrorCode.Unavailable : last.Code,
                    tries.Verdict(last),
                    innerException: last.Cause
                );
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    // The addresses that this round has not come to are tried at once, and whatever the time.
    private bool MayRetry(ResilienceContext context)
    {
        var tries = TriesOf(context);
        return IsWithinRound(tries) || _timeProvider.GetElapsedTime(tries.StartedAt) + (tries.RetryAfter ?? TimeSpan.Zero) < _retryFor;
    }

    private TimeSpan? Delay(ResilienceContext context)
    {
        var tries = TriesOf(context);
        return IsWithinRound(tries) ? TimeSpan.Zero : tries.RetryAfter;
    }

    private bool IsWithinRound(Tries tries) => tries.Count % _sender.Addresses != 0;

    private static Tries TriesOf(ResilienceContext context) => context.Properties.GetValue(TriesKey, null!);

    /// <summary>What is remembered from one try to the next.</summary>
    private sealed class Tries(long startedAt, int addresses)
    {
        public int Count { get; private set; }

        /// <summary>The longest that a server of the last round asks to be left alone; null when none does.</summary>
        public TimeSpan? RetryAfter { get; private set; }

        public long StartedAt => startedAt;

        public bool MayHaveTakenEffect { get; private set; }

        public HttpTry Add(HttpTry one)
        {
            if (Count++ % addresses == 0)
                RetryAfter = null;
            if (one.RetryAfter > (RetryAfter ?? TimeSpan.Zero))
                RetryAfter = one.RetryAfter;
            MayHaveTakenEffect |= one.MayHaveTakenEffect;
            return one;
        }

        public string Verdict(HttpTry last) =>
            $"{last.Failure} Tried {Count} times. "
            + (MayHaveTakenEffect ? "The outcome is unknown; repeating the call is safe." : "Nothing was done.");
    }
}
