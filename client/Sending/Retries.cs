using Polly;
using Polly.Retry;

namespace Timestone.Client.Sending;

/// <summary>
/// Sends a call until it is answered or the time for retries is over: to the address that answered last, and after a failure to the next.
/// Every operation may be repeated: those that are not idempotent by what they carry (purge, redrive all) go on where they were.
/// </summary>
internal sealed class Retries<TCall, TAnswer> : IServers, IDisposable
    where TAnswer : class
{
    private static readonly ResiliencePropertyKey<Tries> TriesKey = new("tries");
    private readonly ISender<TCall, TAnswer> _sender;
    private readonly TimeProvider _timeProvider;
    private readonly TimeSpan _timeout;
    private readonly TimeSpan _retryFor;
    private readonly ResiliencePipeline<Try<TAnswer>> _retries;
    private int _current;

    public Retries(ISender<TCall, TAnswer> sender, TimestoneClientOptions options, TimeProvider timeProvider)
    {
        _sender = sender;
        _timeProvider = timeProvider;
        _timeout = options.RequestTimeout;
        _retryFor = options.RetryFor;
        _retries = new ResiliencePipelineBuilder<Try<TAnswer>> { TimeProvider = timeProvider }
            .AddRetry(
                new RetryStrategyOptions<Try<TAnswer>>
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

    /// <inheritdoc/>
    public event Action<string?>? Tried;

    public void Dispose() => _sender.Dispose();

    /// <summary>Sends a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="wait">How long the server may take by the caller's own wish.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.Unavailable"/>: no try was answered. <see cref="ErrorCode.Standby"/>: the
    /// last one by a standby, and none had an effect.</exception>
    public async Task<Sent<TAnswer>> SendAsync(TCall call, TimeSpan wait, CancellationToken cancellationToken)
    {
        var tries = new Tries(_timeProvider.GetTimestamp(), _sender.Addresses.Count);
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(TriesKey, tries);
        try
        {
            var last = await _retries
                .ExecuteAsync(
                    static async (context, state) =>
                        state.self.Tell(
                            state.tries.Add(
                                await state.self.TryAsync(state.call, state.wait, context.CancellationToken).ConfigureAwait(false)
                            ),
                            state.tries
                        ),
                    context,
                    (self: this, call, wait, tries)
                )
                .ConfigureAwait(false);
            return last.Answer is { } answer
                ? new(answer, tries.MayHaveTakenEffect)
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

    private Try<TAnswer> Tell(Try<TAnswer> last, Tries tries)
    {
        if (last.Failure is null || !IsWithinRound(tries))
            Tried?.Invoke(last.Failure);
        return last;
    }

    // After a failure the next address is current; of calls that fail side by side only the first moves on.
    private async ValueTask<Try<TAnswer>> TryAsync(TCall call, TimeSpan wait, CancellationToken cancellationToken)
    {
        var current = Volatile.Read(ref _current);
        var answer = await TryAsync(current, call, wait, cancellationToken).ConfigureAwait(false);
        if (answer.Failure is not null)
            Interlocked.CompareExchange(ref _current, (current + 1) % _sender.Addresses.Count, current);
        return answer;
    }

    private async ValueTask<Try<TAnswer>> TryAsync(int address, TCall call, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_timeout + wait, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await _sender.TryAsync(address, call, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException problem) when (!cancellationToken.IsCancellationRequested)
        {
            return Try<TAnswer>.Failed($"{_sender.Addresses[address]} did not answer in time.", problem);
        }
        catch (OperationCanceledException)
        {
            // The one that is thrown carries the linked token, which the caller does not know.
            cancellationToken.ThrowIfCancellationRequested();
            throw;
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

    private bool IsWithinRound(Tries tries) => tries.Count % _sender.Addresses.Count != 0;

    private static Tries TriesOf(ResilienceContext context) => context.Properties.GetValue(TriesKey, null!);

    /// <summary>What is remembered from one try to the next.</summary>
    private sealed class Tries(long startedAt, int addresses)
    {
        public int Count { get; private set; }

        /// <summary>The longest that a server of the last round asks to be left alone; null when none does.</summary>
        public TimeSpan? RetryAfter { get; private set; }

        public long StartedAt => startedAt;

        public bool MayHaveTakenEffect { get; private set; }

        public Try<TAnswer> Add(Try<TAnswer> one)
        {
            if (Count++ % addresses == 0)
                RetryAfter = null;
            if (one.RetryAfter > (RetryAfter ?? TimeSpan.Zero))
                RetryAfter = one.RetryAfter;
            MayHaveTakenEffect |= one.MayHaveTakenEffect;
            return one;
        }

        public string Verdict(Try<TAnswer> last) =>
            $"{last.Failure} Tried {Count} times. "
            + (MayHaveTakenEffect ? "The outcome is unknown; repeating the call is safe." : "Nothing was done.");
    }
}
