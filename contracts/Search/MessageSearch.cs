namespace Timestone;

/// <summary>
/// What to look for among the messages that the services' journals hold: all that is given must hold. Answered from the
/// index, which follows the queues with a lag.
/// </summary>
public sealed record MessageSearch
{
    /// <summary>Only messages of this queue; null for all queues.</summary>
    public string? Queue { get; init; }

    /// <summary>Only messages in this state.</summary>
    public MessageState? State { get; init; }

    /// <summary>Only messages whose metadata hold all of these pairs.</summary>
    public Metadata Filter { get; set; } = Metadata.Empty;

    /// <summary>Only messages that this consumer holds or held last.</summary>
    public string? Worker { get; init; }

    /// <summary>
    /// Only messages whose error has all the words of this text, in any order and in upper or lower case. A word is a run of letters
    /// and digits; 1 to <see cref="Limits.MaxErrorLength"/> characters with at least one word.
    /// </summary>
    public string? Error { get; init; }

    /// <summary>Only messages of this priority or a higher number.</summary>
    public long? MinPriority { get; init; }

    /// <summary>Only messages of this priority or a lower number.</summary>
    public long? MaxPriority { get; init; }

    /// <summary>Only messages enqueued at this time or later, to the millisecond.</summary>
    public DateTimeOffset? EnqueuedFrom { get; init; }

    /// <summary>Only messages enqueued before this time, to the millisecond.</summary>
    public DateTimeOffset? EnqueuedBefore { get; init; }

    /// <summary>Only messages whose last transition was at this time or later, to the millisecond.</summary>
    public DateTimeOffset? UpdatedFrom { get; init; }

    /// <summary>Only messages whose last transition was before this time, to the millisecond.</summary>
    public DateTimeOffset? UpdatedBefore { get; init; }

    /// <summary>What they are sorted by. Equal ones are in the order of queue, id and life, by ordinal comparison.</summary>
    public SearchOrder Order { get; init; }

    /// <summary>Whether the order is turned round, that of equal ones too.</summary>
    public bool Descending { get; init; }

    /// <summary>The cursor of the page before, see <see cref="SearchPage.Next"/>; the search must be the same otherwise.</summary>
    public string? Cursor { get; init; }

    /// <summary>How many a page; 1 to <see cref="Limits.MaxPage"/>.</summary>
    public int Limit { get; set; } = 100;

    /// <summary>A write that the answer must include.</summary>
    public IndexedWrite? After { get; init; }

    /// <summary>How long to wait for <see cref="After"/>; 0 to <see cref="Limits.MaxWait"/>.</summary>
    public TimeSpan Wait { get; set; } = IndexedWrite.DefaultWait;
}
