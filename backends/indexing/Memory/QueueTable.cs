using System.Text;
using Timestone.Engine;

namespace Timestone.Indexing.Memory;

/// <summary>
/// The messages of one queue, and of those that had its name before. Each message keeps its place as long as it is there, so that
/// whoever walks over the places and stops in between misses none and meets none twice.
/// </summary>
internal sealed class QueueTable
{
    private const int MostIdBytes = 4 * Limits.MaxIdLength;
    private readonly LifePages _lives;
    private readonly IdTable _newest;
    private readonly long[] _counts = new long[States.Count];

    // When the queue was created that has the name, or had it last.
    private long _createdAt = long.MinValue;
    private bool _deleted;

    public QueueTable(string name)
    {
        (Name, _lives) = (name, new LifePages());
        _newest = new IdTable(_lives);
    }

    public string Name { get; }

    /// <summary>How many pages its lives take.</summary>
    public int Pages => _lives.Count;

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

    /// <summary>The life in a place.</summary>
    public ref MessageLife this[int place] => ref _lives[place];

    /// <summary>Where the latest life under an id is, the ones before behind it; <see cref="LifePages.None"/> when there is none.</summary>
    public int Find(string id)
    {
        Span<byte> buffer = stackalloc byte[MostIdBytes];
        var utf8 = Utf8Of(id, buffer);
        return _newest.Find(utf8, IdTable.HashOf(id));
    }

    /// <summary>Fetches what finding ids will read.</summary>
    public void Touch(ReadOnlySpan<int> hashes) => _newest.Touch(hashes);

    /// <summary>Where the life is that an entry is about; a new one, which is not here yet, when it is not known.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="hash">That of its id.</param>
    public int FindOrAdd(in OutboxEntry entry, int hash)
    {
        if (entry.QueueCreatedAt > _createdAt)
            Begin(entry.QueueCreatedAt);
        Span<byte> buffer = stackalloc byte[MostIdBytes];
        var id = Utf8Of(entry.Id, buffer);
        var newest = _newest.Find(id, hash);
        if (newest != LifePages.None && _lives[newest].Is(in entry))
            return newest;
        var place = _lives.Add();
        ref var life = ref _lives[place];
        life.Begin(id, hash, in entry);
        if (newest == LifePages.None || life.IsNewerThan(in _lives[newest]))
        {
            life.Older = newest;
            _newest.Put(place);

            // Only one message at a time has an id: those before are over, although their removal was not told yet.
            if (newest != LifePages.None)
            {
                End(ref _lives[newest]);
                ForgetUnlessNeeded(newest);
            }

            return place;
        }

        ref var newer = ref _lives[newest];
        while (newer.Older != LifePages.None && !life.IsNewerThan(in _lives[newer.Older]))
        {
            if (_lives[newer.Older].Is(in entry))
            {
                _lives.Remove(place);
                return newer.Older;
            }

            newer = ref _lives[newer.Older];
        }

        (life.Older, newer.Older) = (newer.Older, place);
        return place;
    }

    /// <summary>Makes a place for what is to be remembered of the queue itself.</summary>
    public int AddQueue(in OutboxEntry entry)
    {
        var place = _lives.Add();
        _lives[place].Begin([], 0, in entry);
        return place;
    }

    /// <summary>Makes a message what an entry says, unless more is known already or it is over.</summary>
    public void Update(int place, in OutboxEntry entry)
    {
        ref var life = ref _lives[place];
        if (entry.Version <= life.Version)
            return;
        if (!life.IsHere && !MayBegin(place, in life))
        {
            life.Note(entry.Version);
            return;
        }

        if (life.IsHere)
            _counts[(int)life.State]--;
        life.Take(in entry);
        life.IsHere = true;
        _counts[(int)life.State]++;
    }

    /// <summary>Takes a message out.</summary>
    public void End(ref MessageLife life)
    {
        if (!life.IsHere)
            return;
        _counts[(int)life.State]--;
        life.IsHere = false;
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
    public void ForgetUnlessNeeded(int place)
    {
        ref var life = ref _lives[place];
        if (life.IsHere || life.InHistory > 0)
            return;
        Unlink(place, in life);
        _lives.Remove(place);
    }

    /// <summary>Offers the messages of a page to a search.</summary>
    public void Scan(int page, PageSearch search)
    {
        foreach (ref readonly var life in _lives.Page(page))
        {
            if (life.IsHere)
                search.Offer(Name, in life);
        }
    }

    private static ReadOnlySpan<byte> Utf8Of(string id, Span<byte> buffer) =>
        Encoding.UTF8.TryGetBytes(id, buffer, out var length) ? buffer[..length] : Encoding.UTF8.GetBytes(id);

    private bool MayBegin(int place, in MessageLife life) =>
        life.Version == 0 && !_deleted && life.QueueCreatedAt == _createdAt && _newest.Find(life.Id.Utf8, life.Hash) == place;

    private void Unlink(int place, in MessageLife life)
    {
        var newest = _newest.Find(life.Id.Utf8, life.Hash);
        if (newest == LifePages.None)
            return;
        if (newest == place)
        {
            if (life.Older == LifePages.None)
                _newest.Remove(in life);
            else
                _newest.Put(life.Older);
            return;
        }

        ref var newer = ref _lives[newest];
        while (newer.Older != LifePages.None && newer.Older != place)
            newer = ref _lives[newer.Older];
        if (newer.Older == place)
            (newer.Older, newer.OlderDropped) = (life.Older, true);
    }

    private void Begin(long createdAt)
    {
        if (createdAt <= _createdAt)
            return;
        EndAll();
        (_createdAt, _deleted) = (createdAt, false);
    }

    private void EndAll()
    {
        for (var page = 0; page < _lives.Count; page++)
        {
            for (var place = LifePages.FirstOf(page); place < LifePages.FirstOf(page + 1); place++)
            {
                if (!_lives.IsHere(place))
                    continue;
                End(ref _lives[place]);
                ForgetUnlessNeeded(place);
            }
        }
    }
}
