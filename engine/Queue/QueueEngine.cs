namespace Timestone.Engine;

/// <summary>
/// One queue as a deterministic state machine: a command and the time go in; an answer and a list of changes come out.
/// No clock, no randomness, no I/O, no locks: the same commands at the same times give the same answers and changes.
/// </summary>
/// <remarks>
/// <para>Used as <see cref="Begin"/>, then <see cref="Advance"/> until nothing more is due, then commands. Arguments are
/// checked before by <see cref="Validation"/> where a whole call is bad, and here item by item.</para>
/// <para>Invariants, asserted by <see cref="AssertInvariants"/>: every message is in the table by id, in the set of its state and of no
/// other, and in every index that covers its metadata; the lock of an exclusivity value is held if and only if exactly one message of it is
/// running; a request is remembered if and only if a message of it is running under its lease.</para>
/// </remarks>
public sealed partial class QueueEngine
{
    // What was retained is cold memory by the time it is retired: so many messages are fetched at a time.
    private const int RetiredAtOnce = 64;

    private static readonly long LastTime = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private static readonly Func<RoomUse, long, MessageRow?, bool> AlwaysRoom = static (_, _, _) => true;

    private static readonly MessageState[] AllStates = Enum.GetValues<MessageState>();
    private static readonly MessageState[] LiveStates = [.. AllStates.Where(static state => !state.IsTerminal())];

    private readonly MessageTable _messages = new();
    private readonly RankedSet<Rank, int>[] _byState = [.. AllStates.Select(static _ => new RankedSet<Rank, int>())];
    private readonly FilterIndexes _filters;
    private readonly Dictionary<string, ExclusivityLock> _locks = [];
    private readonly Dictionary<string, List<MessageRow>> _requests = [];
    private readonly RateWindow _rates = new();
    private readonly RemovalTally _removed = new();
    private readonly long _epoch;

    // The pending messages of an exclusive queue by value; null in a simple one, where the set of the state serves.
    private readonly FilterIndex? _exclusive;

    // Pending messages by age: built when statistics are first asked for.
    private RankedSet<Rank, int>? _pendingByAge;

    private QueueRow _queue;
    private ChangeBatch _changes = new();
    private JournalRoom _room;
    private Func<RoomUse, long, MessageRow?, bool> _tryReserve = AlwaysRoom;
    private long _now;
    private long _lastSequence;
    private long _lastLock;
    private int[] _hashes = new int[Limits.MaxBatch];

    /// <summary>Makes the engine of a queue from its stored rows, which become the engine's, in the order of their sequences.</summary>
    /// <param name="queue">The queue's row.</param>
    /// <param name="epoch">Which opening of the queue this is: no two engines of one queue may have the same.</param>
    /// <param name="rows">The messages.</param>
    /// <param name="lastSequence">The highest sequence given out before, if that was higher than any of the messages'.</param>
    public QueueEngine(QueueRow queue, long epoch, IEnumerable<MessageRow> rows, long lastSequence = 0)
        : this(queue, epoch, rows, lastSequence, FilterLimits.Default)
    {
    }

    internal QueueEngine(QueueRow queue, long epoch, IEnumerable<MessageRow> rows, long lastSequence, FilterLimits limits)
    {
        ArgumentNullException.ThrowIfNull(queue);
        ArgumentNullException.ThrowIfNull(rows);
        _queue = queue;
        _now = queue.Seen?.Time ?? long.MinValue;
        _epoch = epoch;
        _lastSequence = lastSequence;
        _exclusive =
            queue.Settings.Type == QueueType.Exclusive
                ? new FilterIndex(KeySet.None, _messages, exclusive: true) { BuiltTo = int.MaxValue }
                : null;
        _filters = new FilterIndexes(_messages, _byState, _exclusive, limits);
        foreach (var row in rows)
            Restore(row);
        // A request is answered again in the order of rank, as it was the first time.
        foreach (var taken in _requests.Values)
            taken.Sort(static (a, b) => RankIn(MessageState.Pending, a).Precedes(RankIn(MessageState.Pending, b)) ? -1 : 1);
    }

    /// <summary>The queue's row.</summary>
    public QueueRow Queue => _queue;

    /// <summary>Whether an index is being built that <see cref="Build"/> is to go on with.</summary>
    public bool IsBuilding => _filters.IsBuilding;

    /// <summary>How many filters' key sets have an index, those being built included.</summary>
    internal int FilterIndexCount => _filters.Count;

    /// <summary>How many such indexes were begun.</summary>
    internal int FilterIndexesBegun => _filters.Begun;

    /// <summary>
    /// Whether a command has left something that must happen before the next one: the removal of a message that ended and is not kept.
    /// </summary>
    public bool IsBehind { get; private set; }

    /// <summary>When something is next due, in Unix milliseconds; null when nothing is.</summary>
    public long? NextDue => HasSurplus ? _now : TryGetDue(out _, out var due, out _) ? due.Key : null;

    /// <summary>
    /// Begins a batch of commands that happen at one time. Time does not go back: an earlier time counts as the latest one seen.
    /// </summary>
    /// <param name="now">The time, in Unix milliseconds.</param>
    /// <param name="changes">Takes what the commands change.</param>
    /// <param name="room">What the journal has room for.</param>
    /// <param name="tryReserve">Sets room in the journal aside, see <see cref="IQueueJournal.TryReserve"/>; null when there always
    /// is.</param>
    /// <param name="wall">What the wall clock says, in Unix milliseconds; null when it says the time.</param>
    /// <param name="store">What the store's own clock says, in Unix milliseconds; null where that is the wall clock.</param>
    /// <param name="boot">What the machine says of the time since its boot; null where it does not.</param>
    public void Begin(
        long now,
        ChangeBatch changes,
        JournalRoom room = JournalRoom.Ample,
        Func<RoomUse, long, MessageRow?, bool>? tryReserve = null,
        long? wall = null,
        long? store = null,
        BootTime? boot = null
    )
    {
        _now = Math.Max(_now, now);
        _wall = wall ?? _now;
        _store = store ?? _wall;
        _boot = boot;
        _changes = changes;
        if (LacksRoomToLease)
            BecomeUnblocked();
        LacksRoomToLease = false;
        _room = room;
        _tryReserve = tryReserve ?? AlwaysRoom;
        _rates.Open(_now);
        NoteJump();
    }

    /// <summary>
    /// Does what is due, in the order in which it is, up to so many messages; false when more is due. Commands must wait
    /// until this has answered true.
    /// </summary>
    public bool Advance(int limit)
    {
        var now = _now;
        var done = 0;
        while (done++ < limit)
        {
            if (HasSurplus)
            {
                SetOf(MessageState.Errored).TryGetFirst(out _, out var oldest);
                Remove(_messages[oldest], TransitionCause.Bound);
                continue;
            }

            if (!TryGetDue(out var state, out var due, out var slot) || due.Key > now)
                break;
            if (done % RetiredAtOnce == 1 && state.IsTerminal())
                _messages.Prefetch(SlotsFrom(state, due, RetiredAtOnce));
            var row = _messages[slot];
            // It happened when it was due, however late it is noticed: what follows from it is counted from then.
            _now = due.Key;
            switch (state)
            {
                case MessageState.Invisible:
                    Move(row, row.State with { State = MessageState.Pending, DueAt = 0 }, TransitionCause.Visible);
                    break;
                case MessageState.Running:
                    GiveBackOrEnd(row, row.State, permanent: false, delayMs: null, "lease expired", TransitionCause.Expire);
                    break;
                default:
                    Remove(row, TransitionCause.Retention);
                    break;
            }
        }

        _now = now;
        return !(IsBehind = NextDue <= now);
    }

    /// <summary>
    /// Goes on building the indexes that filters have asked for, for so many messages. Commands may come in between: how far an index is
    /// built changes no answer.
    /// </summary>
    public void Build(int messages) => _filters.Build(messages);

    /// <summary>Changes the settings, from now on.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>, <see cref="ErrorCode.QueueFull"/>.</exception>
    public QueueInfo Update(QueueSettingsPatch patch)
    {
        ArgumentNullException.ThrowIfNull(patch);
        var settings = patch.ApplyTo(_queue.Settings);
        if (settings != _queue.Settings)
        {
            if (!HasRoom(RoomUse.Extra, QueueRow.MaxBytes))
                throw new TimestoneException(NoRoom("new settings"));
            if (_queue.Settings.DequeueBlocked && !settings.DequeueBlocked)
                BecomeUnblocked();
            _changes.Queue = _queue = _queue with { Settings = settings };
            IsBehind |= HasSurplus;
        }

        return Describe();
    }

    /// <summary>Deletes the queue. The engine is of no use afterwards.</summary>
    public void Delete()
    {
        // What has happened in the same batch was answered too: it is told before.
        _changes.Deleted = true;
        _changes.DeletedAt = _now;
    }

    /// <summary>Writes those of the rows that still exist once more.</summary>
    public void Rewrite(IReadOnlyList<RowKey> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        foreach (var (id, sequence) in rows)
        {
            if (_messages.Find(id) is { } row && row.Sequence == sequence)
                Record(ChangeKind.Rewritten, null, row.State.State, row.State.UpdatedAt, row, 0);
        }
    }

    // The hashes of a batch's ids, valid until the next batch; what finding them reads is on its way.
    private ReadOnlySpan<int> LookAhead<T>(IReadOnlyList<T> items, Func<T, string?> idOf)
    {
        if (_hashes.Length < items.Count)
            _hashes = new int[items.Count];
        var hashes = _hashes.AsSpan(0, items.Count);
        for (var i = 0; i < hashes.Length; i++)
            hashes[i] = idOf(items[i]) is { } id ? MessageTable.HashOf(id) : 0;
        if (hashes.Length > 1)
            _messages.Prefetch(hashes);
        return hashes;
    }

    private static Rank RankIn(MessageState state, MessageRow row) =>
        new(state == MessageState.Pending ? row.Priority : row.State.DueAt, row.Sequence);

    private List<int> SlotsFrom(MessageState state, in Rank from, int limit)
    {
        var slots = new List<int>();
        SetOf(state).CopyFrom(from, limit, slots);
        return slots;
    }

    private List<MessageRow> RowsFrom(MessageState state, in Rank from, int limit) =>
        SlotsFrom(state, from, limit).ConvertAll(slot => _messages[slot]);

    private RankedSet<Rank, int> SetOf(MessageState state) => _byState[(int)state];

    // Whether more messages are errored than are kept.
    private bool HasSurplus => _queue.Settings.MaxErrored > 0 && SetOf(MessageState.Errored).Count > _queue.Settings.MaxErrored;

    private long Live => SetOf(MessageState.Invisible).Count + SetOf(MessageState.Pending).Count + (long)SetOf(MessageState.Running).Count;

    // The set, place and slot of what is due first: whatever is not pending moves on at its time.
    private bool TryGetDue(out MessageState state, out Rank due, out int slot)
    {
        (state, due, slot) = (default, default, 0);
        foreach (var candidate in AllStates)
        {
            if (candidate == MessageState.Pending || !SetOf(candidate).TryGetFirst(out var rank, out var first))
                continue;
            if (slot == 0 || rank.Precedes(due))
                (state, due, slot) = (candidate, rank, first);
        }

        return slot != 0;
    }

    // Takes a message out of running after a failure or an expiry: back while attempts are left, else to its end.
    private void GiveBackOrEnd(MessageRow row, RowState next, bool permanent, long? delayMs, string error, TransitionCause cause)
    {
        next.Notes = (next.Notes ?? NoNotes) with { Error = error };
        if (permanent || next.Attempt >= _queue.Settings.MaxAttempts)
            End(ref next, MessageState.Errored);
        else
            Wait(ref next, delayMs ?? Retry.DelayMs(_queue.Settings.Backoff, row.Id, next.Attempt));
        _rates.Failed(_now);
        Move(row, next, cause);
    }

    private void Wait(ref RowState next, long delayMs)
    {
        next.State = delayMs > 0 ? MessageState.Invisible : MessageState.Pending;
        next.DueAt = delayMs > 0 ? In(delayMs) : 0;
    }

    // Beyond what can be said as a time nothing is due.
    private long In(long durationMs) => Math.Min(_now + durationMs, LastTime);

    private void End(ref RowState next, MessageState state)
    {
        next.State = state;
        var retention = state == MessageState.Errored ? _queue.Settings.ErroredRetention : _queue.Settings.Retention;
        next.DueAt = In((long)retention.TotalMilliseconds);
        IsBehind |= next.DueAt == _now;
        if (state != MessageState.Completed)
            next.Redriven = false;
    }

    // A transition: the one place where a message changes state.
    private void Move(MessageRow row, RowState next, TransitionCause cause)
    {
        var (from, since, bytes) = (row.State.State, row.State.UpdatedAt, row.State.Bytes);
        next.Version++;
        next.UpdatedAt = _now;
        SetOf(from).Remove(RankIn(from, row));
        if (from == MessageState.Pending)
            _pendingByAge?.Remove(AgeOf(row));
        if (from == MessageState.Running)
            ForgetRequest(row);

        row.State = next;

        SetOf(next.State).Add(RankIn(next.State, row), row.Slot);
        if (next.State == MessageState.Errored)
        {
            _changes.Errored++;
            IsBehind |= HasSurplus;
        }

        if (next.State == MessageState.Pending)
        {
            _pendingByAge?.Add(AgeOf(row), row.Slot);
            TellReady(row);
        }

        _exclusive?.Move(row, from);
        _filters.Move(row, from);
        if (_exclusive is not null)
            MoveLock(row, from);
        if (_sweeps is not null)
            TellSweepsOfMove(row, from, cause);
        Record(ChangeKind.Changed, cause, from, since, row, bytes);
    }

    private void Insert(MessageRow row, int hash)
    {
        _messages.Add(row, hash);
        SetOf(row.State.State).Add(RankIn(row.State.State, row), row.Slot);
        if (_exclusive is not null && !row.State.State.IsTerminal())
            EnterValue(row);
        _exclusive?.Add(row);
        _filters.Add(row);
        if (row.State.State == MessageState.Pending)
        {
            _pendingByAge?.Add(AgeOf(row), row.Slot);
            TellReady(row);
        }
    }

    private void Remove(MessageRow row, TransitionCause cause)
    {
        var state = row.State.State;
        if (_sweeps is not null)
            TellSweepsOfRemoval(row);
        _messages.Remove(row);
        SetOf(state).Remove(RankIn(state, row));
        _exclusive?.Remove(row);
        _filters.Remove(row);
        if (state == MessageState.Pending)
            _pendingByAge?.Remove(AgeOf(row));
        if (row.Lock is not null)
            LeaveValue(row);
        _removed.Add(cause);
        _changes.Removed.Add(cause);
        Record(ChangeKind.Removed, cause, state, row.State.UpdatedAt, row, 0);
    }

    private void Restore(MessageRow row)
    {
        _lastSequence = Math.Max(_lastSequence, row.Sequence);
        _now = Math.Max(_now, row.State.UpdatedAt);
        Insert(row, MessageTable.HashOf(row.Id));
        if (row.State.State != MessageState.Running)
            return;
        row.Lock?.Take();
        RememberRequest(row);
    }

    private void RememberRequest(MessageRow row)
    {
        if (row.State.Lease?.RequestId is not { } request)
            return;
        if (!_requests.TryGetValue(request, out var taken))
            _requests.Add(request, taken = []);
        taken.Add(row);
    }

    private void ForgetRequest(MessageRow row)
    {
        if (row.State.Lease?.RequestId is not { } request)
            return;
        var taken = _requests[request];
        taken.Remove(row);
        if (taken.Count == 0)
            _requests.Remove(request);
    }

    private void Record(ChangeKind kind, TransitionCause? cause, MessageState? from, long since, MessageRow row, int bytesBefore)
    {
        _changes.Rows.Add(new RowChange(kind, cause, from, since, _now, row, row.State, bytesBefore));
        if (row.State.Notes is { } notes && kind != ChangeKind.Removed)
            _changes.PayloadBytes += notes.Bytes;
        if (kind is ChangeKind.Added or ChangeKind.Rewritten)
            _changes.PayloadBytes += row.Payload.Length;
    }
}
