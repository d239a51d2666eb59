namespace Timestone.Engine;

/// <summary>A message's place in one order: by a key (a priority, or a time in Unix milliseconds), ties by order of enqueue.</summary>
/// <param name="Key">Smaller comes first.</param>
/// <param name="Sequence">The message's <see cref="MessageRow.Sequence"/>.</param>
public readonly record struct Rank(long Key, long Sequence) : IRank<Rank>
{
    /// <summary>Before every other.</summary>
    public static Rank Least => new(long.MinValue, long.MinValue);

    /// <summary>The first place after this one.</summary>
    public Rank Next => new(Key, Sequence + 1);

    /// <inheritdoc/>
    public bool Precedes(in Rank other) => Key < other.Key || (Key == other.Key && Sequence < other.Sequence);
}
