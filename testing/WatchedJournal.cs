using System.Collections.Concurrent;
using Timestone.Engine;

namespace Timestone.Testing;

/// <summary>A journal that shows each commit to those who watch, before the calls that it makes durable are answered.</summary>
internal sealed class WatchedJournal(IJournal inner) : IJournal
{
    private readonly ConcurrentDictionary<CommitWatch, byte> _watches = [];

    public IOutbox? Outbox => inner.Outbox;

    public ValueTask<string?> ReadIdAsync(CancellationToken cancellationToken = default) => inner.ReadIdAsync(cancellationToken);

    public ValueTask<IReadOnlyList<string>> ListQueuesAsync(CancellationToken cancellationToken = default) =>
        inner.ListQueuesAsync(cancellationToken);

    public async ValueTask<IQueueJournal?> OpenAsync(
        string queue,
        QueueRow? create = null,
        CancellationToken cancellationToken = default
    ) =>
        await inner.OpenAsync(queue, create, cancellationToken).ConfigureAwait(false) is { } opened ? new Watched(opened, this) : null;

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    /// <summary>Begins to watch a queue, which need not exist yet.</summary>
    public CommitWatch Watch(string queue)
    {
        var watch = new CommitWatch(queue, ended => _watches.TryRemove(ended, out _));
        _watches.TryAdd(watch, default);
        return watch;
    }

    private sealed class Watched(IQueueJournal inner, WatchedJournal journal) : ForwardingQueueJournal(inner)
    {
        public override async ValueTask CommitAsync(ChangeBatch changes)
        {
            await base.CommitAsync(changes).ConfigureAwait(false);
            foreach (var (watch, _) in journal._watches.Where(each => each.Key.Queue == Queue.Name))
                watch.Show(changes.Queue ?? Queue, changes);
        }
    }
}
