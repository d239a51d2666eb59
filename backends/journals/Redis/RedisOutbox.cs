using Timestone.Engine;
using Timestone.Resilience;

namespace Timestone.Journals.Redis;

/// <summary>
/// The outboxes of all queues in Redis: a stream each. Of the servers that share them one at a time publishes a queue, and what
/// it has acknowledged is gone.
/// </summary>
internal sealed class RedisOutbox(RedisLink link, RedisJournalOptions options) : IOutbox
{
    private readonly Lock _sync = new();
    private readonly HashSet<string> _ready = new(StringComparer.Ordinal);
    private readonly HashSet<string> _others = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _waiting = new(StringComparer.Ordinal);
    private readonly Signal _more = new();
    private long _told;
    private long _dropped;
    private bool _isOpen;

    // Nothing reads it from the earliest on: it holds what was not read yet.
    public bool IsPartial => true;

    public long Told => Interlocked.Read(ref _told);

    /// <summary>Of the queues that were read here lately, the one in which most waits.</summary>
    public OutboxBacklog Backlog
    {
        get
        {
            lock (_sync)
                return new OutboxBacklog(_waiting.Values.DefaultIfEmpty(0).Max(), options.OutboxLimit, _dropped, "entries");
        }
    }

    /// <summary>How many entries a queue's may have.</summary>
    public int Limit => options.OutboxLimit;

    public TimeSpan Takeover => options.OutboxTakeover;

    public RedisLink Link => link;

    public IOutboxReader OpenReader(string name, OutboxStart start)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (start == OutboxStart.Earliest)
            throw new NotSupportedException("What was published is not kept in Redis: its outbox cannot be read from the earliest.");
        lock (_sync)
        {
            if (_isOpen)
                throw new InvalidOperationException("The outbox in Redis is read by one reader.");
            _isOpen = true;
        }

        return new RedisOutboxReader(this);
    }

    public void Close()
    {
        lock (_sync)
            _isOpen = false;
    }

    /// <summary>Notes that something of a queue was committed here.</summary>
    public void Committed(string queue)
    {
        Interlocked.Increment(ref _told);
        lock (_sync)
        {
            if (!_others.Contains(queue) && _ready.Add(queue))
                _more.Set();
        }
    }

    /// <summary>Notes queues with entries that somebody has to publish.</summary>
    public void Found(IEnumerable<string> queues)
    {
        lock (_sync)
        {
            _others.Clear();
            _ready.UnionWith(queues);
            if (_ready.Count > 0)
                _more.Set();
        }
    }

    /// <summary>A queue to read, if there is one, and what ends when there may be another.</summary>
    public (string? Queue, Task More) Next()
    {
        lock (_sync)
        {
            var queue = _ready.FirstOrDefault();
            if (queue is not null)
                _ready.Remove(queue);
            return (queue, _more.Next());
        }
    }

    /// <summary>Notes that another publishes a queue: until the next look around it is left alone.</summary>
    public void IsAnothers(string queue)
    {
        lock (_sync)
        {
            _others.Add(queue);
            _waiting.Remove(queue);
        }
    }

    /// <summary>Notes how many entries a queue has, and how many more were dropped.</summary>
    public void Measured(string queue, long waiting, long dropped)
    {
        lock (_sync)
        {
            _dropped += dropped;
            if (waiting == 0)
                _waiting.Remove(queue);
            else
                _waiting[queue] = waiting;
        }
    }
}
