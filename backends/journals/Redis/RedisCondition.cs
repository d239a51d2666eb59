namespace Timestone.Journals.Redis;

/// <summary>How the masters of a Redis are doing.</summary>
/// <param name="Cautions">A sentence for each way in which one of them can lose what it acknowledged, does not tell, or cannot be
/// reached.</param>
/// <param name="BytesUsed">What counts against the limit of the master that is fullest; null where none has a limit.</param>
/// <param name="BytesMax">The limit of that master: its <c>maxmemory</c>; null where none has one.</param>
/// <param name="IsFull">Whether every master has used up what new messages may take: all of its limit but 5 %, which is for work on those
/// that it holds.</param>
public sealed record RedisCondition(IReadOnlyList<string> Cautions, long? BytesUsed, long? BytesMax, bool IsFull);
