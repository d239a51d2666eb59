namespace Timestone.Tests.Linearizability;

/// <summary>
/// How a queue stands in the search: its messages, what is known of their order, and the time. Every change can be taken
/// back, and the whole has a fingerprint.
/// </summary>
internal sealed class QueueModel
{
    private static readonly Comparer<Standing> ByRank = Comparer<Standing>.Create(static (a, b) =>
        a.Priority.High != b.Priority.High ? a.Priority.High.CompareTo(b.Priority.High)
        : a.Sequence.High != b.Sequence.High ? a.Sequence.High.CompareTo(b.Sequence.High)
        : string.CompareOrdinal(a.Id, b.Id));

    private static readonly Comparer<Standing> ByDue = Comparer<Standing>.Create(static (a, b) =>
        a.Due.High != b.Due.High ? a.Due.High.CompareTo(b.Due.High) : string.CompareOrdinal(a.Id, b.Id));

    private readonly Dictionary<string, Standing> _messages = [];
    private readonly Dictionary<string, string> _holders = [];
    private readonly Dictionary<(string Id, int Version), int> _toSee = [];
    private readonly Dictionary<(string First, string Second), Step?> _order = [];
    private readonly HashSet<int> _used = [];
    private readonly List<Action> _undo = [];
    private long _fingerprint;

    private readonly Dictionary<Metadata, long[]> _counts = [];

    /// <param name="counted">The filters that counts will be asked for.</param>
    public QueueModel(IEnumerable<Metadata> counted)
    {
        foreach (var filter in counted)
            _counts.Add(filter, new long[Enum.GetValues<MessageState>().Length]);
    }

    /// <summary>The queue's time is at least this.</summary>
    public long Now { get; private set; } = long.MinValue / 4;

    /// <summary>How many leases were laid to dequeues of unknown outcome.</summary>
    public int LostLeases { get; private set; }

    public long Fingerprint => _fingerprint ^ (Now * 0x2545F4914F6CDD1D) ^ ((long)LostLeases << 48);

    /// <summary>How many changes can be taken back: what <see cref="Return"/> goes back to.</summary>
    public int Mark => _undo.Count;

    /// <summary>The pending messages, best first as far as is known.</summary>
    public SortedSet<Standing> Pending { get; } = new(ByRank);

    /// <summary>The messages that the clock moves, by when it has moved them at the latest.</summary>
    public SortedSet<Standing> Timed { get; } = new(ByDue);

    /// <summary>
    /// The messages that were changed since a mark, or that more became known of, each as it stood before; null when it did not exist.
    /// </summary>
    public List<(string Id, Standing? Before)> Changes { get; } = [];

    public Standing? Find(string id) => _messages.GetValueOrDefault(id);

    /// <summary>How many messages of a state, or not terminal, match one of the counted filters.</summary>
    public long CountOf(Metadata filter, MessageState? state) =>
        state is { } one
            ? _counts[filter][(int)one]
            : _counts[filter][(int)MessageState.Invisible]
                + _counts[filter][(int)MessageState.Pending]
                + _counts[filter][(int)MessageState.Running];

    /// <summary>Who holds an exclusivity value; null when nobody does.</summary>
    public Standing? HolderOf(string? value) =>
        LastHolderOf(value) is { State: MessageState.Running } holder ? holder : null;

    /// <summary>Who holds an exclusivity value or held it last; null when nobody ever did.</summary>
    public Standing? LastHolderOf(string? value) => value is not null && _holders.TryGetValue(value, out var id) ? Find(id) : null;

    public void Return(int mark)
    {
        while (_undo.Count > mark)
        {
            var undo = _undo[^1];
            _undo.RemoveAt(_undo.Count - 1);
            undo();
        }
    }

    public void Put(Standing standing)
    {
        var before = Find(standing.Id);
        var holder = standing.Exclusivity is null ? null : _holders.GetValueOrDefault(standing.Exclusivity);
        Replace(before, standing);
        Changes.Add((standing.Id, before));
        _undo.Add(() =>
        {
            Replace(standing, before);
            if (holder is not null)
                _holders[standing.Exclusivity!] = holder;
            Changes.RemoveAt(Changes.Count - 1);
        });
    }

    public void Reach(long now)
    {
        if (now <= Now)
            return;
        var before = Now;
        Now = now;
        _undo.Add(() => Now = before);
    }

    /// <summary>Says that some answer, of a step not in order yet, shows a message at a version.</summary>
    public void ExpectSight((string, int) sight) => _toSee[sight] = _toSee.GetValueOrDefault(sight) + 1;

    public void TakeSight((string, int) sight)
    {
        _toSee[sight]--;
        _undo.Add(() => _toSee[sight]++);
    }

    /// <summary>Whether a message must still be seen at a version, so that it cannot move on.</summary>
    public bool IsToBeSeen(string id, int version) => _toSee.GetValueOrDefault((id, version)) > 0;

    /// <summary>Whether one message of a priority is known to be before another of the same.</summary>
    public bool IsOrdered(string first, string second) => _order.ContainsKey((first, second));

    /// <summary>The dequeue that told so by taking the first while both were pending; null where none did.</summary>
    public Step? TellerOf(string first, string second) => _order.GetValueOrDefault((first, second));

    public void Order(string first, string second, Step? teller = null)
    {
        if (!_order.TryAdd((first, second), teller))
            return;
        var hash = (long)HashCode.Combine(first, second) * 0x5851F42D4C957F2D;
        _fingerprint ^= hash;
        Changes.Add((second, Find(second)));
        _undo.Add(() =>
        {
            _fingerprint ^= hash;
            _order.Remove((first, second));
            Changes.RemoveAt(Changes.Count - 1);
        });
    }

    public bool IsUsed(Lost lost) => _used.Contains(lost.Index);

    public void Use(Lost lost)
    {
        if (!_used.Add(lost.Index))
            return;
        var hash = HashCode.Combine(lost.Index) * 0x2127599BF4325C37;
        _fingerprint ^= hash;
        _undo.Add(() =>
        {
            _fingerprint ^= hash;
            _used.Remove(lost.Index);
        });
    }

    public void UseLostLease()
    {
        LostLeases++;
        _undo.Add(() => LostLeases--);
    }

    private void Tell(Standing message, int change)
    {
        foreach (var (filter, counts) in _counts)
        {
            if (message.Given.Metadata.Matches(filter))
                counts[(int)message.State] += change;
        }
    }

    private void Replace(Standing? old, Standing? standing)
    {
        if (old is not null)
        {
            Tell(old, -1);
            _fingerprint ^= old.Fingerprint();
            if (old.State == MessageState.Pending)
                Pending.Remove(old);
            else if (old.IsTimed)
                Timed.Remove(old);
            if (standing is null)
                _messages.Remove(old.Id);
        }

        if (standing is null)
        {
            return;
        }

        Tell(standing, 1);
        _messages[standing.Id] = standing;
        _fingerprint ^= standing.Fingerprint();
        if (standing.State == MessageState.Pending)
            Pending.Add(standing);
        else if (standing.IsTimed)
            Timed.Add(standing);
        if (standing is { State: MessageState.Running, Exclusivity: { } value })
            _holders[value] = standing.Id;
    }
}
