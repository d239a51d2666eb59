namespace Timestone.Bench.Peers.HangfireJobs;

/// <summary>Where Hangfire keeps its jobs.</summary>
internal enum HangfireStorage
{
    PostgreSql,
    Redis,
}
