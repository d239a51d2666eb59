using Timestone.Engine;
using Timestone.Journals.Memory;

namespace Timestone.Tests.Server;

/// <summary>A journal in memory of which one queue can fail: its commits do, and it cannot be opened again until it is healed.</summary>
internal sealed class FailingJournal(string reason = "Injected.") : IJournal
{
    private readonly MemoryJournal _journal = new();
    private readonly TaskCompletionSource _healed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _failing;
    private volatile bool _atOnce;

    private string Reason => reason;

    public void Fail(string queue) => _failing = queue;

    /// <summary>As <see cref="Fail"/>, but whoever opens the queue, or lists the queues, is told at once.</summary>
    public void FailAtOnce(string queue)
    {
        _atOnce = true;
        Fail(queue);
    }

    public void Heal()
    {
        _failing = null;
        _healed.SetResult();
    }

    public ValueTask<IReadOnlyList<string>> ListQueuesAsync(CancellationToken cancellationToken = default) =>
        _atOnce ? throw new IOException(reason) : _journal.ListQueuesAsync(cancellationToken);

    public async ValueTask<IQueueJournal?> OpenAsync(string queue, QueueRow? create = null, CancellationToken cancellationToken = default)
    {
        if (queue == _failing && _atOnce)
            throw new IOException(reason);
        if (queue == _failing)
            await _healed.Task;
        return await _journal.OpenAsync(queue, create, cancellationToken) is { } opened ? new Opening(this, opened) : null;
    }

    public ValueTask DisposeAsync() => _journal.DisposeAsync();

    private sealed class Opening(FailingJournal owner, IQueueJournal inner) : ForwardingQueueJournal(inner)
    {
        public override ValueTask CommitAsync(ChangeBatch changes) => Queue.Name == owner._failing
            ? ValueTask.FromException(new IOException(owner.Reason))
            : base.CommitAsync(changes);
    }
}
