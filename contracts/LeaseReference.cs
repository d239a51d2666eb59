namespace Timestone;

/// <summary>A lease that a consumer holds, or believes to hold.</summary>
/// <param name="Id">The message's id.</param>
/// <param name="LeaseToken">The token of the lease, from the dequeue.</param>
public sealed record LeaseReference(string Id, string LeaseToken);
