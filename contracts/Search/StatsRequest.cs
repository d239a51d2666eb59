namespace Timestone;

/// <summary>Whose figures to answer.</summary>
public sealed record StatsRequest
{
    /// <summary>Only this queue; null for all.</summary>
    public string? Queue { get; init; }

    /// <summary>A write that the answer must include.</summary>
    public IndexedWrite? After { get; init; }

    /// <summary>How long to wait for <see cref="After"/>; 0 to <see cref="Limits.MaxWait"/>.</summary>
    public TimeSpan Wait { get; set; } = IndexedWrite.DefaultWait;
}
