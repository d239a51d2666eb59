using System.Threading.Channels;
using Timestone.Engine;

namespace Timestone.Testing;

/// <summary>What the commits of a queue do from now on, until it is disposed of.</summary>
internal sealed class CommitWatch(string queue, Action<CommitWatch> end) : IDisposable
{
    private readonly Channel<Message?> _changes = Channel.CreateUnbounded<Message?>();

    public string Queue => queue;

    /// <summary>Each message as each change left it, in order; null where messages or the queue were removed.</summary>
    public ChannelReader<Message?> Changes => _changes.Reader;

    public void Show(QueueRow row, ChangeBatch changes)
    {
        foreach (var change in changes.Rows)
        {
            _changes.Writer.TryWrite(
                change.Kind == ChangeKind.Removed ? null : new StoredMessage(row, change.Row.In(change.State)).Describe()
            );
        }

        if (changes.Deleted)
            _changes.Writer.TryWrite(null);
    }

    public void Dispose() => end(this);
}
