namespace Timestone;

/// <summary>Which of a message's transitions to answer.</summary>
public sealed record HistoryRequest
{
    /// <summary>A version of the message that the answer must include, from 1, see <see cref="IndexedWrite"/>; null for none.</summary>
    public int? After { get; init; }

    /// <summary>How long to wait for <see cref="After"/>; 0 to <see cref="Limits.MaxWait"/>.</summary>
    public TimeSpan Wait { get; set; } = IndexedWrite.DefaultWait;

    /// <summary>The cursor of the page before, see <see cref="MessageHistory.Next"/>.</summary>
    public string? Cursor { get; init; }

    /// <summary>How many a page; 1 to <see cref="Limits.MaxPage"/>.</summary>
    public int Limit { get; set; } = 100;
}
