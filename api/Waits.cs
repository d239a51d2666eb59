using Microsoft.Extensions.Hosting;
using Timestone.Json;

namespace Timestone.Api;

/// <summary>Calls that wait: they end early when their caller goes away, and when the host stops.</summary>
internal sealed class Waits(IHostApplicationLifetime lifetime)
{
    /// <summary>The host stops.</summary>
    public CancellationToken Stopping { get; } = lifetime.ApplicationStopping;

    /// <summary>A dequeue. When the host stops, it answers what it would have at its end.</summary>
    public Task<DequeueResult> DequeueAsync(ITimestone timestone, string queue, DequeueRequest request, CancellationToken caller) =>
        request.Wait > TimeSpan.Zero
            ? WaitAsync(
                ends => timestone.DequeueAsync(queue, request, ends),
                // What it settled is settled; saying so once more is how the results are had.
                () =>
                    request.Settle.Count == 0
                        ? Task.FromResult(new DequeueResult())
                        : timestone.DequeueAsync(
                            queue,
                            request with { Max = 0, Wait = TimeSpan.Zero, RequestId = null },
                            CancellationToken.None
                        ),
                caller
            )
            : timestone.DequeueAsync(queue, request, CancellationToken.None);

    /// <summary>A watch of leases. When the host stops, it answers nothing.</summary>
    public Task<IReadOnlyList<MessageResult>> WatchAsync(
        ITimestone timestone,
        string queue,
        LeaseWatch watch,
        CancellationToken caller
    ) =>
        WaitAsync(
            ends => timestone.WatchLeasesAsync(queue, watch.Leases, watch.Wait, ends),
            static () => Task.FromResult<IReadOnlyList<MessageResult>>([]),
            caller
        );

    /// <summary>A call that changes nothing, or that looks itself to what it has begun when its token ends it.</summary>
    /// <param name="call">The call. Its token ends with the caller, and when the host stops.</param>
    /// <param name="caller">The caller goes away.</param>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.Unavailable"/>: the host stops.</exception>
    public Task<T> UntilStopAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken caller) =>
        WaitAsync(call, static () => throw new TimestoneException(ErrorCode.Unavailable, "The server is stopping."), caller);

    /// <summary>As <see cref="UntilStopAsync{T}"/>, without a result.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.Unavailable"/>: the host stops.</exception>
    public Task UntilStopAsync(Func<CancellationToken, Task> call, CancellationToken caller) =>
        UntilStopAsync(
            async ends =>
            {
                await call(ends).ConfigureAwait(false);
                return true;
            },
            caller
        );

    private async Task<T> WaitAsync<T>(Func<CancellationToken, Task<T>> call, Func<Task<T>> atStop, CancellationToken caller)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(caller, Stopping);
        try
        {
            return await call(ends.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (Stopping.IsCancellationRequested && !caller.IsCancellationRequested)
        {
            return await atStop().ConfigureAwait(false);
        }
    }
}
