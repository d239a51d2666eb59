namespace Timestone.Bench.Peers.HangfireJobs;

/// <summary>What a job calls: Hangfire calls public methods only, by their names.</summary>
public static class Handling
{
    internal static Action<string> Current { get; set; } = static _ => { };

    public static void Run(string text) => Current(text);
}
