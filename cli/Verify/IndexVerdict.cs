namespace Timestone.Cli;

/// <summary>The answer of <c>verify-index</c>.</summary>
/// <param name="Queues">How many queues were compared.</param>
/// <param name="Messages">How many messages.</param>
/// <param name="Differences">All differences.</param>
/// <param name="Incomplete">Whether the index says that something is missing of it, messages or history.</param>
internal sealed record IndexVerdict(long Queues, long Messages, IReadOnlyList<IndexDifference> Differences, bool Incomplete);
