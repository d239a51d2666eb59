using Timestone.Engine;

namespace Timestone.Backends.Indexing;

/// <summary>
/// The index of one process, in memory: all messages as they are and the latest of their transitions, made from what a reader of the
/// outbox tells that begins with the earliest, and so made anew at each start. It keeps no payloads.
/// </summary>
/// <remarks>
/// Entries carry versions: what comes again or late changes nothing, as far back as the history goes. One lock is held for a few
/// hundred entries or messages at a time, so a search that walks over millions keeps nobody waiting. A message that does not change
/// meanwhile is met exactly once by it.
/// </remarks>
public sealed class MemoryIndex : IOutboxSink, IIndex
{
    private const int EntriesAtATime = 256;
    private const int MessagesAtATime = 1024;

    private readonly Lock _lock = new();
    private readonly IOutbox _outbox;
    private readonly TimeProvider _time;
    private readonly int _historyLimit;
    private readonly WriteWaits _waits = new();
    private readonly Dictionary<string, QueueTable> _queues = new(StringComparer.Ordinal);
    private TransitionRing _history;
    private QueueTable? _latest;
    private long? _newestTransition;
    private long? _newest;

    /// <summary>Makes an empty index.</summary>
    /// <param name="outbox">The outbox that it is fed from, asked only for how fresh the index is.</param>
    /// <param name="options">How much it keeps; null for the defaults.</param>
    /// <param name="timeProvider">Tells the time; null for the system's.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public MemoryIndex(IOutbox outbox, MemoryIndexOptions? options = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(outbox);
        _historyLimit = (options ?? new MemoryIndexOptions()).HistoryLimit;
        ArgumentOutOfRangeException.ThrowIfLessThan(_historyLimit, 1, nameof(MemoryIndexOptions.HistoryLimit));
        _outbox = outbox;
        _time = timeProvider ?? TimeProvider.System;
        _history = new TransitionRing(_historyLimit);
    }

    /// <inheritdoc/>
    public ValueTask DeliverAsync(OutboxBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.AfterGap)
            StartAnew();
        var entries = batch.Entries;
        for (var i = 0; i < entries.Count;)
        {
            lock (_lock)
            {
                for (var end = Math.Min(entries.Count, i + EntriesAtATime); i < end; i++)
                    Take(entries[i]);
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<SearchPage> SearchAsync(MessageSearch search, string? life = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(search);
        var page = new PageSearch(search);
        await IncludeAsync(search.After, life, search.Wait, cancellationToken).ConfigureAwait(false);
        var (tables, freshness) = Begin(search.Queue);
        foreach (var table in tables)
        {
            for (var from = 0; Scan(table, from, page); from += MessagesAtATime)
            {
                // Whoever has entries to deliver comes in here.
                await Task.Yield();
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        return page.Finish(freshness);
    }

    /// <inheritdoc/>
    public async Task<MessageHistory> GetHistoryAsync(string queue, string id, HistoryRequest request, string? life = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        await IncludeAsync(request.After is { } version ? new IndexedWrite(queue, id, version) : null, life, request.Wait, cancellationToken).ConfigureAwait(false);
        var found = new List<TransitionRecord>();
        Freshness freshness;
        lock (_lock)
        {
            freshness = Freshness();
            for (var each = _queues.GetValueOrDefault(queue)?.Find(id); each is not null; each = each.Older)
                _history.CopyTo(found, each);
        }

        return HistoryPages.Page(found, request, freshness);
    }

    /// <inheritdoc/>
    public async Task<SearchStats> GetStatsAsync(StatsRequest request, string? life = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        await IncludeAsync(request.After, life, request.Wait, cancellationToken).ConfigureAwait(false);
        var (tables, freshness) = Begin(request.Queue);
        var stats = new List<IndexedQueueStats>(tables.Count);
        foreach (var table in tables.OrderBy(static table => table.Name, StringComparer.Ordinal))
        {
            lock (_lock)
                stats.Add(table.Describe());
        }

        return new SearchStats(stats, freshness);
    }

    // Something was lost on its way here: what comes now is all that the journal holds, once more. Whoever waits for a write goes on
    // waiting.
    private void StartAnew()
    {
        lock (_lock)
        {
            _queues.Clear();
            _history = new TransitionRing(_historyLimit);
            (_latest, _newest, _newestTransition) = (null, null, null);
        }
    }

    private void Take(OutboxEntry entry)
    {
        _newest = Math.Max(_newest ?? long.MinValue, entry.At);
        var table = TableOf(entry);
        if (entry.Kind == OutboxEntryKind.QueueDeleted)
        {
            Delete(table, entry);
            return;
        }

        var life = table.FindOrAdd(entry);
        life.Fill(entry);
        var isNew = entry.Version > life.Version || !_history.HasSeen(life, entry.Version);
        switch (entry.Kind)
        {
            case OutboxEntryKind.Removed:
                if (isNew)
                    _history.Add(life, entry);
                table.End(life);
                life.Note(entry.Version);
                break;
            case OutboxEntryKind.Transition:
                if (isNew)
                    table.Transitions.Add(_history.Add(life, entry));
                goto default;
            default:
                _newestTransition = Math.Max(_newestTransition ?? long.MinValue, entry.At);
                table.Update(life, entry);
                break;
        }

        table.ForgetUnlessNeeded(life);
        _waits.Include(life, entry.Version);
    }

    // It stands in the history, too, so that it is remembered for as long as messages' ends are.
    private void Delete(QueueTable table, OutboxEntry entry)
    {
        table.Delete(entry.QueueCreatedAt);
        _history.Add(new MessageLife(table, entry), entry);
        foreach (var forgotten in _queues.Values.Where(static one => one.IsForgotten).ToList())
            _queues.Remove(forgotten.Name);
    }

    private QueueTable TableOf(OutboxEntry entry)
    {
        // What comes together is mostly of one queue.
        if (_latest?.Name == entry.Queue && !_latest.IsForgotten)
            return _latest;
        if (!_queues.TryGetValue(entry.Queue, out _latest))
            _queues.Add(entry.Queue, _latest = new QueueTable(entry.Queue));
        return _latest;
    }

    private bool Scan(QueueTable table, int from, PageSearch page)
    {
        lock (_lock)
            return table.Scan(from, MessagesAtATime, page);
    }

    private (List<QueueTable> Tables, Freshness Freshness) Begin(string? queue)
    {
        lock (_lock)
        {
            var tables = _queues.Values.Where(table => !table.IsForgotten && (queue is null || table.Name == queue)).ToList();
            return (tables, Freshness());
        }
    }

    private Freshness Freshness()
    {
        var lag = (_outbox.Newest, _newest) switch
        {
            (null, _) => 0,
            ({ } committed, null) => _time.GetUtcNow().ToUnixTimeMilliseconds() - committed,
            ({ } committed, { } included) => committed - included,
        };
        return new Freshness
        {
            NewestTransition = _newestTransition is { } newest ? DateTimeOffset.FromUnixTimeMilliseconds(newest) : null,
            Lag = TimeSpan.FromMilliseconds(Math.Max(0, lag)),
        };
    }

    private async Task IncludeAsync(IndexedWrite? write, string? life, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (write is null)
            return;
        TaskCompletionSource included;
        lock (_lock)
        {
            if (Includes(write, life))
                return;
            included = _waits.Add(write, life);
        }

        try
        {
            await included.Task.WaitAsync(wait, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException problem)
        {
            throw new TimestoneException(ErrorCode.Unavailable, $"The index does not include {write} yet.", "after", problem);
        }
        finally
        {
            lock (_lock)
                _waits.Remove(write, included);
        }
    }

    private bool Includes(IndexedWrite write, string? life)
    {
        for (var each = _queues.GetValueOrDefault(write.Queue)?.Find(write.Id); each is not null; each = each.Older)
        {
            if (each.Version >= write.Version && (life is null || each.Name == life))
                return true;
        }

        return false;
    }
}
