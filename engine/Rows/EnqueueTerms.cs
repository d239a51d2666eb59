namespace Timestone.Engine;

/// <summary>What a producer asked for beyond the defaults: kept to recognise the same message sent again, and for its leases.</summary>
/// <param name="Order">Where its priority came from.</param>
/// <param name="InvisibleMs">The invisibility asked for, in milliseconds; null when not given.</param>
/// <param name="VisibleAt">The time asked for, in Unix milliseconds; null when not given.</param>
/// <param name="LeaseMs">The length of its leases, in milliseconds; null when not given.</param>
public sealed record EnqueueTerms(OrderSource Order, long? InvisibleMs, long? VisibleAt, long? LeaseMs);
