namespace Timestone;

/// <summary>The single forms of <see cref="ITimestone"/>'s batches: they throw the error of their one item.</summary>
public static class TimestoneExtensions
{
    /// <summary>Enqueues one message.</summary>
    /// <exception cref="TimestoneException">As in <see cref="ITimestone.EnqueueAsync"/>.</exception>
    public static async Task<MessageResult> EnqueueAsync(
        this ITimestone timestone,
        string queue,
        NewMessage message,
        CancellationToken cancellationToken = default
    ) => One(await timestone.EnqueueAsync(queue, [message], cancellationToken).ConfigureAwait(false));

    /// <summary>Completes one message.</summary>
    /// <exception cref="TimestoneException">As in <see cref="ITimestone.SettleAsync"/>.</exception>
    public static Task<MessageResult> CompleteAsync(
        this ITimestone timestone,
        string queue,
        string id,
        string leaseToken,
        Payload result = default,
        CancellationToken cancellationToken = default
    ) => timestone.SettleAsync(queue, Settlement.Complete(id, leaseToken, result), cancellationToken);

    /// <summary>Fails one message's attempt.</summary>
    /// <exception cref="TimestoneException">As in <see cref="ITimestone.SettleAsync"/>.</exception>
    public static Task<MessageResult> FailAsync(
        this ITimestone timestone,
        string queue,
        string id,
        string leaseToken,
        string? error = null,
        bool permanent = false,
        TimeSpan? invisible = null,
        CancellationToken cancellationToken = default
    ) => timestone.SettleAsync(queue, Settlement.Fail(id, leaseToken, error, permanent, invisible), cancellationToken);

    /// <summary>Gives one message back.</summary>
    /// <exception cref="TimestoneException">As in <see cref="ITimestone.SettleAsync"/>.</exception>
    public static Task<MessageResult> ReleaseAsync(
        this ITimestone timestone,
        string queue,
        string id,
        string leaseToken,
        TimeSpan? invisible = null,
        CancellationToken cancellationToken = default
    ) => timestone.SettleAsync(queue, Settlement.Release(id, leaseToken, invisible), cancellationToken);

    /// <summary>Ends one lease.</summary>
    /// <exception cref="TimestoneException">As in <see cref="ITimestone.SettleAsync"/>.</exception>
    public static async Task<MessageResult> SettleAsync(
        this ITimestone timestone,
        string queue,
        Settlement settlement,
        CancellationToken cancellationToken = default
    ) => One(await timestone.SettleAsync(queue, [settlement], cancellationToken).ConfigureAwait(false));

    /// <summary>Extends one lease.</summary>
    /// <exception cref="TimestoneException">As in <see cref="ITimestone.ExtendAsync"/>.</exception>
    public static async Task<MessageResult> ExtendAsync(
        this ITimestone timestone,
        string queue,
        string id,
        string leaseToken,
        TimeSpan? lease = null,
        Payload progress = default,
        CancellationToken cancellationToken = default
    ) =>
        One(
            await timestone
                .ExtendAsync(
                    queue,
                    [
                        new LeaseExtension
                        {
                            Id = id,
                            LeaseToken = leaseToken,
                            Lease = lease,
                            Progress = progress,
                        },
                    ],
                    cancellationToken
                )
                .ConfigureAwait(false)
        );

    /// <summary>Calls one message off.</summary>
    /// <exception cref="TimestoneException">As in <see cref="ITimestone.CancelAsync"/>.</exception>
    public static async Task<MessageResult> CancelAsync(
        this ITimestone timestone,
        string queue,
        string id,
        string? reason = null,
        CancellationToken cancellationToken = default
    ) => One(await timestone.CancelAsync(queue, [new Cancellation { Id = id, Reason = reason }], cancellationToken).ConfigureAwait(false));

    /// <summary>Blocks or unblocks enqueueing.</summary>
    /// <exception cref="TimestoneException">As in <see cref="ITimestone.UpdateQueueAsync"/>.</exception>
    public static Task<QueueInfo> BlockEnqueueAsync(
        this ITimestone timestone,
        string queue,
        bool blocked = true,
        CancellationToken cancellationToken = default
    ) => timestone.UpdateQueueAsync(queue, new QueueSettingsPatch { EnqueueBlocked = blocked }, cancellationToken);

    /// <summary>Blocks or unblocks dequeueing.</summary>
    /// <exception cref="TimestoneException">As in <see cref="ITimestone.UpdateQueueAsync"/>.</exception>
    public static Task<QueueInfo> BlockDequeueAsync(
        this ITimestone timestone,
        string queue,
        bool blocked = true,
        CancellationToken cancellationToken = default
    ) => timestone.UpdateQueueAsync(queue, new QueueSettingsPatch { DequeueBlocked = blocked }, cancellationToken);

    private static MessageResult One(IReadOnlyList<MessageResult> results) => results[0].ThrowIfError();
}
