namespace Timestone.Journals.Redis;

/// <summary>One thing that is wrong with a queue's keys.</summary>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Id">The message that it is about; null when about the queue.</param>
/// <param name="Detail">A sentence for people.</param>
public sealed record Inconsistency(InconsistencyKind Kind, string? Id, string Detail);
