namespace Timestone.Indexing.Elasticsearch;

/// <summary>In what the indices differed from a queue, of one message.</summary>
/// <param name="Queue">The message's queue.</param>
/// <param name="Id">The message's id.</param>
/// <param name="Kind">In which way.</param>
/// <param name="Version">The message's version as the queue has it; of what is left over the version in the index; of a transition its
/// own.</param>
/// <param name="IsRepaired">Whether the indices are right now.</param>
public sealed record Difference(string Queue, string Id, DifferenceKind Kind, int Version, bool IsRepaired);
