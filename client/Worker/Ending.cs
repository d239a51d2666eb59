namespace Timestone.Client.Worker;

/// <summary>The end of the work on a message.</summary>
/// <param name="Lease">The lease it was held under.</param>
/// <param name="Settlement">What the service is to be told; null when the lease is lost, so that there is nothing to tell.</param>
internal sealed record Ending(HeldLease Lease, Settlement? Settlement);
