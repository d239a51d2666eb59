using Timestone.Engine;

namespace Timestone.Backends.Indexing;

/// <summary>
/// The messages of one queue, and of those that had its name before. Each message keeps its slot as long as it is there, so that
/// whoever walks over the slots and stops in between misses none and meets none twice.
/// </summary>
internal sealed class QueueTable(string name)
{
    private const int FirstSize = 16;
    private readonly Dictionary<string, MessageLife> _newest = new(StringComparer.Ordinal);
    private readonly Stack<int> _free = [];
    private readonly long[] _counts = new long[States.Count];
    private MessageLife?[] _slots = new MessageLife?[FirstSize];
    private int _used;

    // When the queue was created that has the name, or had it last.
    private long _createdAt = long.MinValue;
    private bool _deleted;

    public string Name => name;

    /// <summary>How many entries of its messages are in the history.</summary>
    public long InHistory { get; set; }

    public TransitionCounts Transitions { get; } = new();

    /// <summary>Whether nothing is left of it.</summary>
    public bool IsForgotten => _deleted && InHistory == 0;

    public IndexedQueueStats Describe() => new()
    {
        Queue = Name,
        Counts = new StateCounts(
            _counts[(int)MessageState.Invisible], _counts[(int)MessageState.Pending], _counts[(int)MessageState.Running],
            _counts[(int)MessageState.Completed], _counts[(int)MessageState.Canceled], _counts[(int)MessageState.Errored]),
        TimeInState = Transitions.Stays,
        Failures = Transitions.Failures,
        Expirations = Transitions.Expirations,
        MissedDeadlines = Transitions.MissedDeadlines,
    };

    /// <summary>The latest life under an id, the ones before behind it; null when there is none.</summary>
    public MessageLife? Find(string id) => _newest.GetValueOrDefault(id);

    /// <summary>The life that an entry is about; a new one, in no slot yet, when it is not known.</summary>
    public MessageLife FindOrAdd(OutboxEntry entry)
    {
        if (entry.QueueCreatedAt > _createdAt)
            Begin(entry.QueueCreatedAt);
        var newest = Find(entry.Id);
        if (newest?.Is(entry) == true)
            return newest;
        var life = new MessageLife(this, entry);
        if (newest is null || life.IsNewerThan(newest))
        {
            // Only one message at a time has an id: those before are over, although their removal was not told yet.
            if (newest is not null)
                End(newest);
            life.Older = newest is null || newest.InHistory == 0 ? newest?.Older : newest;
            return _newest[entry.Id] = life;
        }

        var newer = newest;
        while (newer.Older is { } older && !life.IsNewerThan(older))
        {
            if (older.Is(entry))
                return older;
            newer = older;
        }

        (life.Older, newer.Older) = (newer.Older, life);
        return life;
    }

    /// <summary>Makes a message what an entry says, unless more is known already or it is over.</summary>
    public void Update(MessageLife life, OutboxEntry entry)
    {
        if (entry.Version <= life.Version)
            return;
        if (life.IsOver && !MayBegin(life))
        {
            life.Note(entry.Version);
            return;
        }

        if (life.IsOver)
            TakeSlot(life);
        else
            _counts[(int)life.State]--;
        life.Take(entry);
        _counts[(int)life.State]++;
    }

    /// <summary>Takes a message out.</summary>
    public void End(MessageLife life)
    {
        if (life.IsOver)
            return;
        _counts[(int)life.State]--;
        _slots[life.Slot] = null;
        _free.Push(life.Slot);
        life.Slot = MessageLife.Over;
    }

    /// <summary>Takes out all messages of the queue that was created at a time, and of those before it.</summary>
    public void Delete(long createdAt)
    {
        if (createdAt < _createdAt)
            return;
        Begin(createdAt);
        EndAll();
        _deleted = true;
    }

    /// <summary>Lets go of a life that is over and of which the history has nothing any more.</summary>
    public void ForgetUnlessNeeded(MessageLife life)
    {
        if (!life.IsOver || life.InHistory > 0 || Find(life.Id) is not { } newest)
            return;
        if (newest == life)
        {
            if (life.Older is null)
                _newest.Remove(life.Id);
            else
                _newest[life.Id] = life.Older;
            return;
        }

        while (newest.Older is not null && newest.Older != life)
            newest = newest.Older;
        if (newest.Older == life)
            newest.Older = life.Older;
    }

    /// <summary>Offers the messages of some slots to a search.</summary>
    /// <returns>Whether there are slots behind them.</returns>
    public bool Scan(int from, int count, PageSearch search)
    {
        var end = Math.Min(_used, from + count);
        for (var slot = from; slot < end; slot++)
        {
            if (_slots[slot] is { } life)
                search.Offer(life);
        }

        return end < _used;
    }

    private bool MayBegin(MessageLife life) => life.Version == 0 && !_deleted && life.QueueCreatedAt == _createdAt && Find(life.Id) == life;

    private void Begin(long createdAt)
    {
        if (createdAt <= _createdAt)
            return;
        EndAll();
        (_createdAt, _deleted) = (createdAt, false);
    }

    private void EndAll()
    {
        for (var slot = 0; slot < _used; slot++)
        {
            if (_slots[slot] is not { } life)
                continue;
            End(life);
            ForgetUnlessNeeded(life);
        }

        (_slots, _used) = (new MessageLife?[FirstSize], 0);
        _free.Clear();
    }

    private void TakeSlot(MessageLife life)
    {
        if (!_free.TryPop(out var slot))
            slot = _used++;
        if (slot == _slots.Length)
            Array.Resize(ref _slots, 2 * _slots.Length);
        _slots[slot] = life;
        life.Slot = slot;
    }
}
