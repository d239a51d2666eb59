namespace Timestone.Hosting;

/// <summary>What a server answers searches from.</summary>
public enum IndexKind
{
    /// <summary>An index in its memory, made anew from the journal at each start. A journal in Redis has none.</summary>
    Memory = 0,

    /// <summary>Nothing: searches are refused with <see cref="ErrorCode.NoIndex"/>.</summary>
    None = 1,
}
