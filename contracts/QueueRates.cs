namespace Timestone;

/// <summary>
/// Events per second, averaged over the last 60 seconds (fewer since the queue was opened). Leases given again are counted again.
/// </summary>
/// <param name="Enqueued">New messages.</param>
/// <param name="Dequeued">Leases given.</param>
/// <param name="Completed">Completions.</param>
/// <param name="Failed">Failures and expired leases.</param>
public sealed record QueueRates(double Enqueued, double Dequeued, double Completed, double Failed);
