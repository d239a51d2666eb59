namespace Timestone.Bench.Rest;

/// <summary>What a group of callers got done.</summary>
/// <param name="Seconds">How long it was measured.</param>
/// <param name="Messages">Messages per second.</param>
/// <param name="Requests">Requests per second.</param>
/// <param name="P50">Median latency in milliseconds.</param>
/// <param name="P99">99th percentile of latency in milliseconds.</param>
/// <param name="BurstP99">The same of requests that were due in a burst.</param>
/// <param name="ProbeP99">The same, from the sending of an urgent message until a consumer had it.</param>
/// <param name="ProbeMax">The longest of those.</param>
internal sealed record LoadResult(
    double Seconds,
    double Messages,
    double Requests,
    double P50,
    double P99,
    double BurstP99,
    double ProbeP99,
    double ProbeMax
);
