using System.Collections.Immutable;
using Timestone.Engine;

namespace Timestone.Tests.Reference;

/// <summary>
/// What a queue is and does, said in the plainest way: one list of messages in the order of their enqueue, scanned for
/// everything. It is the executable specification of the engine, and shares no code with it but the contracts and the sizes
/// that it asks the journal's room for. Times are Unix milliseconds.
/// </summary>
/// <param name="name">The queue's name.</param>
/// <param name="settings">Its settings.</param>
/// <param name="jitter">
/// How much the engine shortens an exponential backoff of so many milliseconds for an attempt of a message. It is the one
/// thing that is not specified to the letter: the reference holds it to its range.
/// </param>
internal sealed partial class ReferenceQueue(string name, QueueSettings settings, Func<string, int, long, long> jitter)
{
    private const int LeasesRemembered = 16;

    private List<ReferenceMessage> _messages = [];
    private Dictionary<int, ReferenceSweep> _sweeps = [];
    private long _lastSequence;
    private JournalRoom _room;

    // What has happened since it was opened, latest first; how late the dequeue of a message with a deadline was, in milliseconds.
    private ImmutableStack<(long At, TransitionCause Cause, long? Lateness)> _past = [];

    // The queue's time to a hundredth of a millisecond, and when it was that by the monotonic clock.
    private Int128 _hundredths;
    private long _readAt;
    private long _wall;
    private (Guid Boot, long Since)? _machine;

    /// <summary>The time of the latest command: what a clock that goes back is held to.</summary>
    public long Now { get; private set; } = long.MinValue;

    public QueueSettings Settings { get; private set; } = settings;

    /// <summary>
    /// What is stored of the time: the queue's, what the wall clock said then, and in which boot of the machine how long after it that was;
    /// null when nothing is.
    /// </summary>
    public (long Time, long Wall, (Guid Boot, long Since)? Machine)? Seen { get; private set; }

    public IReadOnlyList<ReferenceMessage> Messages => _messages;

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Is told of each transition.</summary>
    public Action<Transition>? Told { get; init; }

    /// <summary>What its sweeps met.</summary>
    public SweepCounts Sweeps { get; init; } = new();

    /// <summary>What watches of its leases found.</summary>
    public WatchCounts Watches { get; init; } = new();

    /// <summary>What is known of its leases' tokens.</summary>
    public LeaseTokens Tokens { get; } = new();

    /// <summary>Grows with every change.</summary>
    public long Revision { get; set; }

    /// <summary>
    /// Whether the journal has so many bytes for something, a state of a message or else, asked when nothing else is against it.
    /// </summary>
    public Func<RoomUse, long, NewMessage?, bool> TryReserve { get; set; } = static (_, _, _) => true;

    /// <summary>Whether a message of this batch could have been leased but for the journal's room: then none is any more.</summary>
    public bool LacksRoomToLease { get; private set; }

    /// <summary>Whether it was deleted, or never created.</summary>
    public bool Deleted { get; set; }

    /// <summary>When the clock next moves a message; null when it never does.</summary>
    public long? NextDue => _messages.Min(static message => message.DueAt);

    public ReferenceMessage? Find(string id) => _messages.Find(message => message.Id == id);

    public bool IsLocked(string value) =>
        _messages.Exists(message => message.State == MessageState.Running && ExclusivityValue(message) == value);

    public string? ExclusivityValue(ReferenceMessage message) =>
        Settings.Type == QueueType.Exclusive ? message.Given.Metadata[Settings.ExclusivityKey!] : null;

    /// <summary>A queue that stands as this one does and goes its own way from now on.</summary>
    public ReferenceQueue Copy()
    {
        var copy = (ReferenceQueue)MemberwiseClone();
        copy._messages = _messages.ConvertAll(message => message.Copy());
        return copy;
    }

    /// <summary>
    /// Makes it a queue that was opened again: it has forgotten its statistics, and of the time knows what its messages show and what was
    /// noted of it, which has gone on since at 99 parts of a hundred: for as long as the machine says, or the wall clock where the machine
    /// has booted anew.
    /// </summary>
    public void Reopen(long? wall = null, long elapsed = 0, (Guid Boot, long Since)? machine = null)
    {
        Now = _messages.Select(message => message.UpdatedAt).Append(Seen?.Time ?? long.MinValue).Max();
        _hundredths = Now * (Int128)100;
        if (Seen is { } seen && wall is { } now)
            _hundredths = Int128.Max(_hundredths, ((Int128)seen.Time * 100) + (Passed(now, machine) * 99 / 100 * 100));
        _readAt = elapsed;
        _past = [];
        _sweeps = [];
    }

    /// <summary>
    /// Tells the queue's time: the wall clock's, or where that is behind the latest time seen, that and 99 parts of a hundred of what has
    /// passed since by the monotonic clock.
    /// </summary>
    public long Read(long wall, long elapsed)
    {
        _hundredths = Int128.Max(wall * (Int128)100, Reckon(elapsed));
        _readAt = elapsed;
        return (long)(_hundredths / 100);
    }

    /// <summary>What <see cref="Read"/> would tell, were the wall clock far behind.</summary>
    public long Peek(long elapsed) => (long)(Reckon(elapsed) / 100);

    private Int128 Reckon(long elapsed) => _hundredths + (99 * (elapsed - _readAt));

    /// <summary>Begins a batch of commands at a time.</summary>
    /// <param name="now">The time.</param>
    /// <param name="room">What the journal has room for.</param>
    /// <param name="wall">What the wall clock says; null for the time.</param>
    /// <param name="machine">Which boot the machine is in, and for how long; null where it does not say.</param>
    public void BeginBatch(long now, JournalRoom room, long? wall = null, (Guid Boot, long Since)? machine = null)
    {
        (_room, LacksRoomToLease) = (room, false);
        Now = Math.Max(Now, now);
        (_wall, _machine) = (wall ?? Now, machine);
        // What an opening would go on from must be within a second of it, in this boot and in another.
        foreach (var opening in new[] { machine, null })
        {
            var opened = Math.Max(_wall, Seen is { } seen ? seen.Time + (Passed(_wall, opening) * 99 / 100) : long.MinValue);
            if (Now > opened + 1000 || Now < opened - 1000)
            {
                Note();
                break;
            }
        }

        AdvanceTo(now);
    }

    // How long ago it was that what is stored was seen.
    private long Passed(long wall, (Guid Boot, long Since)? machine) =>
        Math.Max(
            0,
            Seen!.Value.Machine is { } then && then.Boot == machine?.Boot ? machine.Value.Since - then.Since : wall - Seen.Value.Wall
        );

    private void Note()
    {
        if (!HasRoom(RoomUse.Extra, QueueRow.MaxBytes))
            return;
        Seen = (Now, _wall, _machine);
        Revision++;
    }

    /// <summary>Lets happen what is due, in the order in which it falls due.</summary>
    public void AdvanceTo(long now)
    {
        Now = Math.Max(Now, now);
        RemoveSurplus(Now);
        while (_messages.Where(message => message.DueAt <= Now).MinBy(static message => (message.DueAt, message.Sequence)) is { } next)
        {
            var at = next.DueAt!.Value;
            if (next.State == MessageState.Invisible)
                Become(next, MessageState.Pending, at, null, TransitionCause.Visible);
            else if (next.State == MessageState.Running)
                RetryOrEnd(next, "lease expired", at, TransitionCause.Expire);
            else
                Remove(next, at, TransitionCause.Retention);
            RemoveSurplus(at);
        }
    }

    private bool HasRoomFor(RoomUse use, ReferenceMessage message, long more = 0) => HasRoom(use, message.StateBytes + more, message);

    private bool HasRoom(RoomUse use, long bytes, ReferenceMessage? message = null)
    {
        var isForIt = use switch
        {
            RoomUse.Message or RoomUse.Extra => _room == JournalRoom.Ample,
            RoomUse.Lease => _room != JournalRoom.SettleOnly,
            _ => true,
        };
        return isForIt && TryReserve(use, bytes, message?.Given);
    }

    private void Become(ReferenceMessage message, MessageState state, long at, long? due, TransitionCause cause)
    {
        foreach (var sweep in _sweeps.Values.Where(sweep => !sweep.States.Contains(state)))
            sweep.Covered.Remove(message);
        _past = _past.Push(
            (at, cause, cause == TransitionCause.Dequeue && message.Given.Deadline is not null ? at - message.Priority : null)
        );
        Tell(message, message.Version + 1, message.Version == 0 ? null : message.State, state, at, cause);
        (message.State, message.DueAt, message.UpdatedAt) = (state, due, at);
        message.Version++;
        Revision++;
    }

    private void BecomeVisibleAt(ReferenceMessage message, long until, long at, TransitionCause cause)
    {
        var waits = until > at;
        Become(message, waits ? MessageState.Invisible : MessageState.Pending, at, waits ? until : null, cause);
    }

    private void End(ReferenceMessage message, MessageState state, long at, TransitionCause cause)
    {
        if (state != MessageState.Completed)
            message.Redriven = false;
        Become(
            message,
            state,
            at,
            at + Milliseconds(state == MessageState.Errored ? Settings.ErroredRetention : Settings.Retention),
            cause
        );
    }

    private void RetryOrEnd(
        ReferenceMessage message,
        string error,
        long at,
        TransitionCause cause,
        TimeSpan? invisible = null,
        bool isPermanent = false
    )
    {
        message.Error = error;
        if (isPermanent || message.Attempt >= Settings.MaxAttempts)
            End(message, MessageState.Errored, at, cause);
        else
            BecomeVisibleAt(message, at + (invisible is { } asked ? Milliseconds(asked) : Backoff(message)), at, cause);
    }

    // A history shows the removal of messages that failed or were called off, and every purge.
    private void Remove(ReferenceMessage message, long at, TransitionCause cause)
    {
        _messages.Remove(message);
        foreach (var sweep in _sweeps.Values)
            sweep.Covered.Remove(message);
        _past = _past.Push((at, cause, null));
        if (message.State is MessageState.Errored or MessageState.Canceled || cause == TransitionCause.Purge)
            Tell(message, message.Version + 1, message.State, null, at, cause);
        Revision++;
    }

    // More errored messages than are kept: those that would be retired first go first.
    private void RemoveSurplus(long at)
    {
        if (Settings.MaxErrored == 0)
            return;
        foreach (var message in Listed(MessageState.Errored).SkipLast((int)Settings.MaxErrored).ToList())
            Remove(message, at, TransitionCause.Bound);
    }

    private long Backoff(ReferenceMessage message)
    {
        var initial = Milliseconds(Settings.Backoff.Initial);
        switch (Settings.Backoff.Kind)
        {
            case BackoffKind.None:
                return 0;
            case BackoffKind.Fixed:
                return initial;
            default:
                var longest = (long)Math.Min(Milliseconds(Settings.Backoff.Max), initial * Math.Pow(2, message.Attempt - 1));
                var wait = longest - jitter(message.Id, message.Attempt, longest);
                return wait <= longest && wait >= longest * 3 / 4
                    ? wait
                    : throw new InvalidOperationException($"A backoff of {wait} ms is not within a quarter of {longest} ms.");
        }
    }

    private static long Milliseconds(TimeSpan duration) => (long)duration.TotalMilliseconds;
}
