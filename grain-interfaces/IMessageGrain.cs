namespace Timestone.Grains;

/// <summary>
/// One message's address; its key is <see cref="MessageKey"/>. Reading does not load the message's queue where that can be
/// helped; transitions go through the queue's grain.
/// </summary>
[Alias("timestone.message")]
public interface IMessageGrain : IGrainWithStringKey
{
    /// <summary>See <see cref="ITimestone.GetMessageAsync"/>.</summary>
    [Alias("get"), ResponseTimeout(Patience.Call)]
    [return: Immutable]
    Task<Message> GetAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// See <see cref="ITimestone.GetHistoryAsync"/>. Answered from the index: its queue is not loaded, and it may be gone.
    /// </summary>
    [Alias("history"), ResponseTimeout(Patience.Wait)]
    [return: Immutable]
    Task<MessageHistory> GetHistoryAsync([Immutable] HistoryRequest request, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="IQueueGrain.WaitForEndAsync"/>.</summary>
    [Alias("wait-for-end"), ResponseTimeout(Patience.Wait)]
    [return: Immutable]
    Task<Message> WaitForEndAsync(TimeSpan wait, CancellationToken cancellationToken = default);

    /// <summary>Ends a lease: see <see cref="ITimestone.SettleAsync"/>.</summary>
    /// <param name="settlement">How; its id must be this message's.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    [Alias("settle"), ResponseTimeout(Patience.Call)]
    Task<MessageResult> SettleAsync([Immutable] Settlement settlement, CancellationToken cancellationToken = default);

    /// <summary>Extends a lease: see <see cref="ITimestone.ExtendAsync"/>.</summary>
    /// <param name="extension">How long; its id must be this message's.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    [Alias("extend"), ResponseTimeout(Patience.Call)]
    Task<MessageResult> ExtendAsync([Immutable] LeaseExtension extension, CancellationToken cancellationToken = default);

    /// <summary>Calls it off: see <see cref="ITimestone.CancelAsync"/>.</summary>
    [Alias("cancel"), ResponseTimeout(Patience.Call)]
    Task<MessageResult> CancelAsync(string? reason, CancellationToken cancellationToken = default);

    /// <summary>See <see cref="ITimestone.RedriveAsync"/>.</summary>
    [Alias("redrive"), ResponseTimeout(Patience.Call)]
    Task<MessageResult> RedriveAsync(CancellationToken cancellationToken = default);
}
