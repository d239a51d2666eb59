namespace Timestone.Engine;

/// <summary>Tells those who wait for a message's end that it has come. Costs nothing while nobody waits.</summary>
internal sealed class MessageEnds
{
    private readonly Dictionary<(string Queue, string Id), List<Watch>> _watches = [];
    private volatile bool _any;

    /// <summary>Begins to watch; what ends from now on is told. Disposing the watch ends it.</summary>
    public Watch Begin(string queue, string id)
    {
        var watch = new Watch(this, (queue, id));
        lock (_watches)
        {
            if (!_watches.TryGetValue(watch.Key, out var list))
                _watches[watch.Key] = list = [];
            list.Add(watch);
            _any = true;
        }

        return watch;
    }

    /// <summary>A queue's journal whose commits are looked through for what is watched.</summary>
    public IQueueJournal Observe(IQueueJournal journal) => new Observed(journal, this);

    private void Forget(Watch watch)
    {
        lock (_watches)
        {
            if (!_watches.TryGetValue(watch.Key, out var list))
                return;
            list.Remove(watch);
            if (list.Count == 0)
                _watches.Remove(watch.Key);
            _any = _watches.Count > 0;
        }
    }

    private void Tell(QueueRow queue, ChangeBatch changes)
    {
        lock (_watches)
        {
            foreach (var change in changes.Rows)
            {
                var removed = change.Kind == ChangeKind.Removed;
                if ((removed || States.IsTerminal(change.State.State)) && _watches.TryGetValue((queue.Name, change.Row.Id), out var list))
                    Tell(list, removed ? null : new StoredMessage(changes.Queue ?? queue, change.Row.In(change.State)).Describe());
            }

            if (changes.Deleted)
            {
                foreach (var (_, list) in _watches.Where(watched => watched.Key.Queue == queue.Name))
                    Tell(list, null);
            }
        }
    }

    private static void Tell(List<Watch> watches, Message? message) => watches.ForEach(watch => watch.Tell(message));

    /// <summary>One who waits.</summary>
    internal sealed class Watch(MessageEnds ends, (string Queue, string Id) key) : IDisposable
    {
        private readonly TaskCompletionSource<Message?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public (string Queue, string Id) Key => key;

        /// <summary>
        /// Ends when the message does: with what it was then, as it may be gone a moment later; with null when it was removed before.
        /// </summary>
        public Task<Message?> Ended => _ended.Task;

        public void Tell(Message? message) => _ended.TrySetResult(message);

        public void Dispose() => ends.Forget(this);
    }

    // Who begins to watch while a commit is under way looks at the message afterwards, through the runner that is committing.
    private sealed class Observed(IQueueJournal inner, MessageEnds ends) : ForwardingQueueJournal(inner)
    {
        public override ValueTask CommitAsync(ChangeBatch changes) => ends._any ? CommitAndTellAsync(changes) : base.CommitAsync(changes);

        private async ValueTask CommitAndTellAsync(ChangeBatch changes)
        {
            await base.CommitAsync(changes).ConfigureAwait(false);
            ends.Tell(Queue, changes);
        }
    }
}
