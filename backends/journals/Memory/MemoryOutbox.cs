using Timestone.Engine;
using Timestone.Resilience;

namespace Timestone.Journals.Memory;

/// <summary>
/// Entries in this process's memory, in the order of their commits, until all who were ever told of have acknowledged them.
/// </summary>
/// <param name="limit">How many entries may wait.</param>
/// <param name="restate">Tells all messages as they are and, at the same moment, where the entries go on.</param>
internal sealed class MemoryOutbox(int limit, Func<(IReadOnlyList<OutboxEntry> Entries, long Next)> restate) : IOutbox
{
    private const int BatchEntries = 5000;

    private readonly Lock _sync = new();
    private CommitTimes<long>? _times;
    private readonly List<OutboxEntry> _entries = [];
    private readonly Dictionary<string, long> _acknowledged = new(StringComparer.Ordinal);
    private readonly List<Reader> _readers = [];
    private readonly Signal _more = new();
    private long _first;
    private long _dropped;

    // It begins when its process does, and what it drops it tells as a gap.
    public bool IsPartial => false;

    public long Told => Next;

    public OutboxBacklog Backlog
    {
        get
        {
            lock (_sync)
                return new OutboxBacklog(Next - Math.Max(_first, Needed), limit, _dropped, "entries");
        }
    }

    /// <summary>Where the next entry comes to stand.</summary>
    public long Next
    {
        get
        {
            lock (_sync)
                return _first + _entries.Count;
        }
    }

    private long Needed => _acknowledged.Values.Concat(_readers.Select(static reader => reader.Acknowledged)).DefaultIfEmpty(0).Min();

    /// <summary>Adds what a batch tells.</summary>
    public void Add(IEnumerable<OutboxEntry> entries)
    {
        lock (_sync)
        {
            var before = Next;
            _entries.AddRange(entries);
            if (Next == before)
                return;
            (_times ??= new(TimeProvider.System, () => Needed)).Note(before);
            var excess = _entries.Count - limit;
            if (excess > 0)
            {
                _dropped += Math.Max(0, _first + excess - Math.Max(_first, Needed));
                Forget(excess);
            }

            _more.Set();
        }
    }

    public IOutboxReader OpenReader(string name, OutboxStart start)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        // Not under the lock: commits hold those of queues when they come here.
        var (restated, next) = start == OutboxStart.Earliest ? restate() : ([], 0);
        lock (_sync)
        {
            if (start == OutboxStart.Acknowledged)
                _acknowledged.TryAdd(name, next);
            var reader = new Reader(
                this,
                start == OutboxStart.Acknowledged ? name : null,
                start == OutboxStart.Acknowledged ? _acknowledged[name] : next,
                restated
            );
            _readers.Add(reader);
            return reader;
        }
    }

    private void Forget(int count)
    {
        _entries.RemoveRange(0, count);
        _first += count;
    }

    private sealed class Batch(IReadOnlyList<OutboxEntry> entries, bool afterGap, long end) : OutboxBatch(entries, afterGap)
    {
        public long End => end;
    }

    private sealed class Reader : IOutboxReader
    {
        private readonly MemoryOutbox _outbox;
        private readonly string? _name;
        private readonly Queue<OutboxEntry[]> _restated;
        private int _restatedLeft;
        private long _next;

        public Reader(MemoryOutbox outbox, string? name, long start, IReadOnlyList<OutboxEntry> restated)
        {
            (_outbox, _name, _next, Acknowledged) = (outbox, name, start, start);
            _restated = new(restated.Chunk(BatchEntries));
            _restatedLeft = _restated.Count;
        }

        public long Acknowledged { get; private set; }

        public async ValueTask<OutboxBatch> ReadAsync(CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_restated.TryDequeue(out var chunk))
                return new Batch(chunk, false, _next);
            while (true)
            {
                Task more;
                lock (_outbox._sync)
                {
                    var afterGap = _next < _outbox._first;
                    _next = Math.Max(_next, _outbox._first);
                    if (_next < _outbox.Next)
                    {
                        var entries = _outbox._entries.GetRange(
                            (int)(_next - _outbox._first),
                            (int)Math.Min(BatchEntries, _outbox.Next - _next)
                        );
                        return new Batch(entries, afterGap, _next += entries.Count);
                    }

                    more = _outbox._more.Next();
                }

                await more.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        public ValueTask AcknowledgeAsync(OutboxBatch batch, CancellationToken cancellationToken = default)
        {
            lock (_outbox._sync)
            {
                Acknowledged = ((Batch)batch).End;
                _restatedLeft = Math.Max(0, _restatedLeft - 1);
                if (_name is not null)
                    _outbox._acknowledged[_name] = Acknowledged;
                var done = (int)(_outbox.Needed - _outbox._first);
                // Each removal moves what is left: so half of it at least.
                if (done > _outbox._entries.Count / 2)
                    _outbox.Forget(done);
            }

            return default;
        }

        public ValueTask<TimeSpan?> LagAsync(CancellationToken cancellationToken = default)
        {
            lock (_outbox._sync)
            {
                // What is restated happened at any time before.
                if (_restatedLeft > 0)
                    return new((TimeSpan?)null);
                return new(Acknowledged >= _outbox.Next ? TimeSpan.Zero : _outbox._times?.Since(Acknowledged));
            }
        }

        public ValueTask DisposeAsync()
        {
            lock (_outbox._sync)
                _outbox._readers.Remove(this);
            return default;
        }
    }
}
