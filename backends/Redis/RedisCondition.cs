namespace Timestone.Backends.Redis;

/// <summary>How the masters of a Redis are doing.</summary>
/// <param name="Cautions">A sentence for each way in which one of them can lose what it acknowledged, does not tell, or cannot be reached.</param>
/// <param name="BytesUsed">What counts against the limit of the master that is fullest; null where none has a limit.</param>
/// <param name="BytesMax">The limit of that master: its <c>maxmemory</c>; null where none has one.</param>
public sealed record RedisCondition(IReadOnlyList<string> Cautions, long? BytesUsed, long? BytesMax);
