namespace Timestone.Indexing.Elasticsearch;

/// <summary>How the indices are compared with the queues.</summary>
public sealed record ScrubOptions
{
    /// <summary>How many messages a second are compared at the most; null for as fast as it goes. More than 0.</summary>
    public int? MessagesPerSecond { get; init; }

    /// <summary>How long after its first sight a difference is looked at again, at the earliest. At least 0.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long the index may take to include what the queues held at the first sight, before nothing is said about it. At least
    /// <see cref="Settle"/>.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether the comparison goes on: asked between pages. Null for always.</summary>
    public Func<bool>? GoesOn { get; init; }

    /// <summary>Checks all of it.</summary>
    /// <exception cref="ArgumentException">Something is out of range; it is named.</exception>
    public void Validate()
    {
        if (MessagesPerSecond < 1)
            throw new ArgumentOutOfRangeException(nameof(MessagesPerSecond), MessagesPerSecond, "At least 1.");
        ArgumentOutOfRangeException.ThrowIfLessThan(Settle, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(Patience, Settle);
    }
}
