namespace Timestone.Journals.Redis;

/// <summary>What an inspection of a queue's keys came to.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Epoch">Its epoch; null when there is none.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Payloads">How many payloads.</param>
/// <param name="Pending">How many members the pending set has.</param>
/// <param name="Outbox">How many entries the outbox has.</param>
/// <param name="Inconsistencies">All that is wrong.</param>
public sealed record Inspection(
    string Queue,
    long? Epoch,
    long Rows,
    long Payloads,
    long Pending,
    long Outbox,
    IReadOnlyList<Inconsistency> Inconsistencies
);
