using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace Timestone.Bench.Rest;

/// <summary>
/// The load generator, a process of its own so that it does not share a heap with what it measures. With
/// DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=1 callers run on the one thread that polls the sockets.
/// </summary>
internal static class LoadCommand
{
    /// <summary>Puts the load on, and writes the results as JSON by group to standard output.</summary>
    public static int Run(LoadPlan plan)
    {
        var server = new IPEndPoint(IPAddress.Loopback, plan.Port);
        var failure = new TaskCompletionSource();
        var probes = new ProbeLog();
        var groups = plan.Groups.ToDictionary(
            static group => group.Name,
            group =>
            {
                var pace =
                    group.PerSecond == 0
                        ? Pace.Closed
                        : Pace.Open(
                            group.PerSecond,
                            group.BurstPerSecond == 0 ? null : new(group.BurstPerSecond, group.BurstSeconds, group.BurstEverySeconds)
                        );
                var own = new LoadGroup(
                    [
                        .. Enumerable
                            .Range(0, group.Callers)
                            .Select(caller => new Caller(
                                server,
                                JobOf(group, caller, probes),
                                pace,
                                problem => failure.TrySetException(problem)
                            )),
                    ],
                    group.Probes ? probes : null
                );
                return (Group: own, Pace: pace);
            }
        );

        Drive(groups.Values, plan.WarmupSeconds, failure.Task);
        foreach (var (group, _) in groups.Values)
        {
            foreach (var caller in group.Callers)
                caller.Reset();
        }

        var began = Stopwatch.GetTimestamp();
        Drive(groups.Values, plan.Seconds, failure.Task);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        foreach (var (group, _) in groups.Values)
        {
            foreach (var caller in group.Callers)
                caller.Stop();
        }

        var results = groups.ToDictionary(static group => group.Key, group => group.Value.Group.Result(seconds));
        Console.Out.WriteLine(JsonSerializer.Serialize(results, RestJson.Default.DictionaryStringLoadResult));
        return 0;
    }

    private static Job JobOf(LoadGroupPlan group, int caller, ProbeLog probes) => group.Job switch
    {
        "enqueue" => new EnqueueJob(group.Queue, caller, group.Batch, group.Probes ? probes : null),
        "consume" => new ConsumeJob(group.Queue, group.Batch, group.Probes ? probes : null),
        "bare" => new BareJob(),
        _ => throw new ArgumentException($"No job '{group.Job}'."),
    };

    // Wakes callers whose time has come. A millisecond is what this adds to a latency at most, and it is counted.
    private static void Drive(IEnumerable<(LoadGroup Group, Pace Pace)> groups, double seconds, Task failure)
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began).TotalSeconds < seconds)
        {
            foreach (var (group, pace) in groups)
            {
                foreach (var caller in group.Callers)
                {
                    if (!pace.IsDue)
                        break;
                    caller.Poke();
                }
            }

            Thread.Sleep(1);
            if (failure.IsCompleted)
                failure.GetAwaiter().GetResult();
        }
    }
}
