using System.Globalization;

namespace Timestone.Engine;

public sealed partial class QueueEngine
{
    /// <summary>Describes the queue.</summary>
    public QueueInfo Describe() => _queue.Describe();

    /// <summary>Describes a message; null when there is none of that id.</summary>
    public Message? Get(string id) => _messages.Find(id) is { } row ? MessageView.Of(_queue, row, withToken: false) : null;

    /// <summary>Tells which of these leases are lost: neither held nor ended by their own consumers.</summary>
    public MessageResult[] LostLeases(IReadOnlyList<LeaseReference> leases)
    {
        ArgumentNullException.ThrowIfNull(leases);
        return [.. leases.Select(WhyLost).OfType<MessageResult>()];
    }

    /// <summary>Counts messages, of one state or of those not terminal, whose metadata equal the filter's.</summary>
    public long Depth(MessageState? state, Metadata filter)
    {
        long? count;
        while ((count = TryDepth(state, filter)) is null)
            Build(int.MaxValue);
        return count.Value;
    }

    /// <summary>
    /// Counts as <see cref="Depth"/> does, unless an index must be built before: then it answers null, and is to be asked again when
    /// <see cref="Build"/> has ended.
    /// </summary>
    public long? TryDepth(MessageState? state, Metadata filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ReadOnlySpan<MessageState> states = state is { } one ? [one] : LiveStates;
        if (filter.Count > 0)
            return _filters.CountOf(filter, states);
        var count = 0L;
        foreach (var each in states)
            count += SetOf(each).Count;
        return count;
    }

    /// <summary>Lists messages by state, then by rank in it.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: the cursor is none of this queue's.</exception>
    public MessagePage List(MessageState? state, string? cursor, int limit)
    {
        var (first, from) = cursor is null ? (state ?? AllStates[0], Rank.Least) : ParseCursor(cursor);
        if (state is not null && first != state)
            throw Validation.Invalid("cursor", "The cursor belongs to a list of another state.");

        // One more than asked for tells whether there is another page.
        var rows = new List<MessageRow>();
        for (var at = first; at <= (state ?? AllStates[^1]) && rows.Count <= limit; at++)
        {
            rows.AddRange(RowsFrom(at, from, limit + 1 - rows.Count));
            from = Rank.Least;
        }

        var more = rows.Count > limit;
        if (more)
            rows.RemoveAt(limit);
        return new MessagePage(
            [.. rows.Select(row => MessageView.Of(_queue, row, withToken: false))],
            more ? FormatCursor(rows[^1]) : null);
    }

    /// <summary>The queue in figures.</summary>
    public QueueStats Stats()
    {
        if (_pendingByAge is null)
        {
            _pendingByAge = new();
            SetOf(MessageState.Pending).ForEach(slot => _pendingByAge.Add(AgeOf(_messages[slot]), slot));
        }

        var (rates, lateness) = _rates.Read(_now);
        return new QueueStats
        {
            Queue = _queue.Name,
            At = MessageView.Time(_now),
            Counts = Counts(),
            OldestPending = _pendingByAge.TryGetFirst(out var oldest, out _) ? TimeSpan.FromMilliseconds(_now - oldest.Key) : null,
            Lateness = lateness,
            Rates = rates,
            Removed = _removed.ToCounts(),
        };
    }

    /// <summary>Counts the messages of each state.</summary>
    public StateCounts Counts() => StateCounts.Of(state => SetOf(state).Count);

    // Null when it is not.
    private MessageResult? WhyLost(LeaseReference lease)
    {
        if (_messages.Find(lease.Id) is not { } row)
            return Refusals.NotFound(lease.Id);
        ulong? token = LeaseToken.TryParse(lease.LeaseToken, out var parsed) ? parsed : null;
        return token is { } given && (row.State.IsHeldBy(given) || row.State.EndingOf(given) is not null)
            ? null
            : Refusals.LeaseLost(row, token) with { State = row.State.State, Version = row.State.Version };
    }

    private static Rank AgeOf(MessageRow row) => new(row.EnqueuedAt, row.Sequence);

    private static string FormatCursor(MessageRow row)
    {
        var rank = RankIn(row.State.State, row);
        return string.Create(CultureInfo.InvariantCulture, $"{(int)row.State.State}_{rank.Key}_{rank.Sequence}");
    }

    private static (MessageState State, Rank From) ParseCursor(string cursor)
    {
        var parts = cursor.Split('_');
        if (parts.Length == 3
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var state) && state < States.Count
            && long.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var key)
            && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) && sequence < long.MaxValue)
        {
            return ((MessageState)state, new Rank(key, sequence).Next);
        }

        throw Validation.Invalid("cursor", "The cursor is not one that a list gave.");
    }
}
