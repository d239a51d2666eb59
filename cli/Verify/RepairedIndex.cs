using Timestone.Indexing.Elasticsearch;

namespace Timestone.Cli;

/// <summary>The answer of <c>verify-index --repair</c>.</summary>
/// <param name="Report">How many queues and messages were compared, and how many differences of each kind were found and repaired.</param>
/// <param name="Differences">Each difference.</param>
internal sealed record RepairedIndex(ScrubReport Report, IReadOnlyList<Difference> Differences);
