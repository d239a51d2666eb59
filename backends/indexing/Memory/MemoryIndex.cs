using System.Runtime.InteropServices;
using Timestone.Engine;

namespace Timestone.Indexing.Memory;

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
    private const int PagesAtATime = 8;

    private readonly Lock _lock = new();
    private readonly Func<ValueTask<TimeSpan?>> _lag;
    private readonly TimeProvider _time;
    private readonly int _historyLimit;
    private readonly WriteWaits _waits = new();
    private readonly Dictionary<string, QueueTable> _queues = new(StringComparer.Ordinal);
    private TransitionRing _history;
    private QueueTable? _latest;
    private long? _newestTransition;

    // Whether something that it has not been told had happened before.
    private bool _beganLate;

    /// <summary>Makes an empty index.</summary>
    /// <param name="options">How much it keeps; null for the defaults.</param>
    /// <param name="timeProvider">Tells the time; null for the system's.</param>
    /// <param name="isPartial">Whether it is not told all that ever happened.</param>
    /// <param name="lag">How long the oldest commit has waited that it was not told: zero when none waits, null when that is not known, as
    /// without this.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public MemoryIndex(
        MemoryIndexOptions? options = null,
        TimeProvider? timeProvider = null,
        bool isPartial = false,
        Func<ValueTask<TimeSpan?>>? lag = null
    )
    {
        _historyLimit = (options ?? new MemoryIndexOptions()).HistoryLimit;
        ArgumentOutOfRangeException.ThrowIfLessThan(_historyLimit, 1, nameof(MemoryIndexOptions.HistoryLimit));
        _lag = lag ?? (static () => default);
        _time = timeProvider ?? TimeProvider.System;
        _history = new TransitionRing(_historyLimit);
        _beganLate = isPartial;
    }

    /// <inheritdoc/>
    public ValueTask DeliverAsync(OutboxBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.AfterGap)
            StartAnew();
        var entries = batch.Entries is List<OutboxEntry> list ? CollectionsMarshal.AsSpan(list) : [.. batch.Entries];
        Span<int> hashes = stackalloc int[EntriesAtATime];
        for (var from = 0; from < entries.Length; from += EntriesAtATime)
        {
            var some = hashes[..Math.Min(EntriesAtATime, entries.Length - from)];
            for (var i = 0; i < some.Length; i++)
                some[i] = IdTable.HashOf(entries[from + i].Id);
            lock (_lock)
            {
                // What comes together is mostly of one queue, that of what came before.
                _latest?.Touch(some);
                for (var i = 0; i < some.Length; i++)
                    Take(in entries[from + i], some[i]);
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
        var lag = await _lag().ConfigureAwait(false);
        var (tables, freshness) = Begin(search.Queue, lag);
        foreach (var table in tables)
        {
            for (var from = 0; Scan(table, from, page); from += PagesAtATime)
            {
                // Whoever has entries to deliver comes in here.
                await Task.Yield();
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        return page.Finish(freshness);
    }

    /// <inheritdoc/>
    public async Task<MessageHistory> GetHistoryAsync(
        string queue,
        string id,
        HistoryRequest request,
        string? life = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        await IncludeAsync(
                request.After is { } version ? new IndexedWrite(queue, id, version) : null,
                life,
                request.Wait,
                cancellationToken
            )
            .ConfigureAwait(false);
        var found = new List<(MessageLife Life, TransitionRecord Record)>();
        var lag = await _lag().ConfigureAwait(false);
        Freshness freshness;
        var (incomplete, isKnown) = (false, false);
        lock (_lock)
        {
            freshness = Freshness(lag);
            if (_queues.TryGetValue(queue, out var table))
            {
                for (var place = table.Find(id); place != LifePages.None; place = table[place].Older)
                {
                    isKnown = true;
                    incomplete |= table[place].IsIncomplete;
                    _history.CopyTo(found, in table[place]);
                }
            }

            if (!isKnown)
                incomplete = _beganLate || _history.HasDropped;
        }

        return HistoryPages.Page(found, request, freshness, incomplete);
    }

    /// <inheritdoc/>
    public async Task<SearchStats> GetStatsAsync(StatsRequest request, string? life = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        await IncludeAsync(request.After, life, request.Wait, cancellationToken).ConfigureAwait(false);
        var lag = await _lag().ConfigureAwait(false);
        var (tables, freshness) = Begin(request.Queue, lag);
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
            (_latest, _newestTransition, _beganLate) = (null, null, true);
        }
    }

    private void Take(in OutboxEntry entry, int hash)
    {
        var table = TableOf(in entry);
        if (entry.Kind == OutboxEntryKind.QueueDeleted)
        {
            Delete(table, in entry);
            return;
        }

        var place = table.FindOrAdd(in entry, hash);
        ref var life = ref table[place];
        life.Fill(in entry);
        var isNew = entry.Version > life.Version || !_history.HasSeen(in life, entry.Version);
        switch (entry.Kind)
        {
            case OutboxEntryKind.Removed:
                if (isNew)
                    _history.Add(table, place, in entry);
                if (entry.IsHistoric)
                    _newestTransition = Math.Max(_newestTransition ?? long.MinValue, entry.At);
                table.End(ref life);
                life.Note(entry.Version);
                break;
            case OutboxEntryKind.Transition:
                if (isNew)
                    table.Transitions.Add(in _history.Add(table, place, in entry), in life);
                goto default;
            default:
                _newestTransition = Math.Max(_newestTransition ?? long.MinValue, entry.At);
                table.Update(place, in entry);
                break;
        }

        table.ForgetUnlessNeeded(place);
        _waits.Include(entry);
    }

    // It stands in the history, too, so that it is remembered for as long as messages' ends are.
    private void Delete(QueueTable table, in OutboxEntry entry)
    {
        table.Delete(entry.QueueCreatedAt);
        _history.Add(table, table.AddQueue(in entry), in entry);
        foreach (var forgotten in _queues.Values.Where(static one => one.IsForgotten).ToList())
            _queues.Remove(forgotten.Name);
    }

    private QueueTable TableOf(in OutboxEntry entry)
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
        {
            var end = Math.Min(table.Pages, from + PagesAtATime);
            for (var i = from; i < end; i++)
                table.Scan(i, page);
            return end < table.Pages;
        }
    }

    private (List<QueueTable> Tables, Freshness Freshness) Begin(string? queue, TimeSpan? lag)
    {
        lock (_lock)
        {
            var tables = _queues.Values.Where(table => !table.IsForgotten && (queue is null || table.Name == queue)).ToList();
            return (tables, Freshness(lag));
        }
    }

    // The lag was asked for before: what is included since may be more.
    private Freshness Freshness(TimeSpan? lag) =>
        new() { NewestTransition = _newestTransition is { } newest ? DateTimeOffset.FromUnixTimeMilliseconds(newest) : null, Lag = lag };

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
        if (!_queues.TryGetValue(write.Queue, out var table))
            return false;
        for (var place = table.Find(write.Id); place != LifePages.None; place = table[place].Older)
        {
            if (table[place].Version >= write.Version && (life is null || table[place].Name == life))
                return true;
        }

        return false;
    }
}
