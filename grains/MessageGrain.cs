using Orleans.Concurrency;
using Orleans.Placement;
using Timestone.Engine;

namespace Timestone.Grains;

/// <summary>
/// One message's address. Keeps nothing: it reads the journal where that is shared, and asks the queue's grain for the rest.
/// </summary>
[Reentrant, PreferLocalPlacement, GrainType("timestone.message")]
internal sealed class MessageGrain(SiloQueues silo) : Grain, IMessageGrain
{
    private MessageKey _key;

    private IQueueGrain Queue => GrainFactory.GetGrain<IQueueGrain>(_key.Queue);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = MessageKey.Parse(this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    public async Task<Message> GetAsync(CancellationToken cancellationToken) =>
        await ReadAsync(cancellationToken) ?? await Queue.GetMessageAsync(_key.Id, cancellationToken);

    public Task<MessageHistory> GetHistoryAsync(HistoryRequest request, CancellationToken cancellationToken) =>
        silo.Local.GetHistoryAsync(_key.Queue, _key.Id, request, cancellationToken);

    public async Task<Message> WaitForEndAsync(TimeSpan wait, CancellationToken cancellationToken) =>
        await ReadAsync(cancellationToken) is { } message && message.State.IsTerminal()
            ? message
            : await Queue.WaitForEndAsync(_key.Id, wait, cancellationToken);

    public async Task<MessageResult> SettleAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        CheckMine(settlement.Id);
        return One(await Queue.SettleAsync(new Batch<Settlement>([settlement]), cancellationToken));
    }

    public async Task<MessageResult> ExtendAsync(LeaseExtension extension, CancellationToken cancellationToken)
    {
        CheckMine(extension.Id);
        return One(await Queue.ExtendAsync([extension], cancellationToken));
    }

    public async Task<MessageResult> CancelAsync(string? reason, CancellationToken cancellationToken) =>
        One(await Queue.CancelAsync([new Cancellation { Id = _key.Id, Reason = reason }], cancellationToken));

    public Task<MessageResult> RedriveAsync(CancellationToken cancellationToken) => Queue.RedriveAsync(_key.Id, cancellationToken);

    private static MessageResult One(Batch<MessageResult> results) => results.Items[0].ThrowIfError();

    private void CheckMine(string id)
    {
        if (id != _key.Id)
            throw Validation.Invalid("id", $"This is message '{_key.Id.Cut()}', not '{id.Cut()}'.");
    }

    // What the store has of it, which is what its owner last acknowledged; null where the owner must be asked: the journal is its
    // alone, it should have moved the message on by now, or there is nothing to be found.
    private async Task<Message?> ReadAsync(CancellationToken cancellationToken)
    {
        if (silo.Shared is not { } shared)
            return null;
        try
        {
            return await shared.ReadMessageAsync(_key.Queue, _key.Id, cancellationToken) is { } stored && !stored.IsOverdue(silo.Local.Now)
                ? stored.Describe()
                : null;
        }
        catch (IOException problem)
        {
            throw new TimestoneException(
                ErrorCode.Unavailable,
                $"Message '{_key.Id.Cut()}' cannot be read now; the silo's log says why.",
                innerException: problem
            );
        }
    }
}
