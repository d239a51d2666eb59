using Timestone.Bench.Engine;
using Timestone.Bench.Rest;
using Timestone.Engine;
using Timestone.Journals.Files;

namespace Timestone.Bench.Events;

/// <summary>A file journal with its outbox, and one queue in it whose transitions are enqueues: fsync before a commit has ended.</summary>
internal sealed class CommittedTransitions : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly FileJournal _files;
    private readonly IQueueJournal _journal;
    private readonly QueueEngine _engine;
    private readonly MessageSource _source = new(Shape.All[0]);
    private readonly ChangeBatch _changes = new();

    private CommittedTransitions(TemporaryFolder folder, FileJournal files, IQueueJournal journal)
    {
        (_folder, _files, _journal) = (folder, files, journal);
        _engine = new QueueEngine(journal.Queue, journal.Epoch, journal.TakeRows());
    }

    public IOutbox Outbox => _files.Outbox!;

    public static async Task<CommittedTransitions> OpenAsync(string directory)
    {
        var folder = new TemporaryFolder(directory);
        var files = FileJournal.Open(new FileJournalOptions { Directory = folder.Path, Outbox = true });
        var journal = await files.OpenAsync("events", new QueueRow("events", new QueueSettings(), 0)).ConfigureAwait(false);
        return new CommittedTransitions(folder, files, journal!);
    }

    public async Task CommitAsync(int count)
    {
        _engine.Begin(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), _changes);
        _engine.Enqueue(_source.Next(count));
        await _journal.CommitAsync(_changes).ConfigureAwait(false);
        _changes.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await _files.DisposeAsync().ConfigureAwait(false);
        _folder.Dispose();
    }
}
