namespace Timestone.Engine;

/// <summary>One consumer's hold on a message. Its expiry is the row's <see cref="RowState.DueAt"/>.</summary>
/// <param name="Token">What settles and extends it; unique over all leases of the queue.</param>
/// <param name="DurationMs">How long it was given for, in milliseconds.</param>
/// <param name="Worker">The consumer's name, if it gave one.</param>
/// <param name="RequestId">The request that took it, if it had an id.</param>
public sealed record Lease(ulong Token, long DurationMs, string? Worker, string? RequestId);
