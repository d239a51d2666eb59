using System.Globalization;
using Shouldly;
using Timestone.Journals.Redis;
using Timestone.Tests.Faults;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Orleans.Tests.Failover;

/// <summary>
/// Silos that die and silos that are restarted, under load. TIMESTONE_FAILOVER_SECONDS makes the first last so long, with a silo killed
/// every ten seconds, instead of two of them; TIMESTONE_FAULT_SEED repeats the recorded calls.
/// </summary>
[Slow]
public sealed class FailoverTests(ITestOutputHelper output)
{
    private const int Queues = 12;
    private const int Messages = 20;
    private static readonly TimeSpan KillInterval = TimeSpan.FromSeconds(10);

    // Those of each recorded queue: one over each silo's REST, as many through the Orleans client.
    private const int Callers = 2 * SiloProcesses.Count;
    private const int Calls = 100;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task Silos_that_are_killed_under_load_lose_nothing_complete_nothing_twice_and_answer_as_one_queue_would()
    {
        var duration = double.TryParse(
            Environment.GetEnvironmentVariable("TIMESTONE_FAILOVER_SECONDS"),
            CultureInfo.InvariantCulture,
            out var seconds
        )
            ? seconds
            : 0;
        var seed = FaultSwitches.Seed;
        output.WriteLine($"Seed {seed}.");
        await using var silos = await SiloProcesses.StartAsync();
        await using var load = new ClusterLoad(silos, Queues);
        await using var simple = Recorded(QueueType.Simple);
        await using var exclusive = Recorded(QueueType.Exclusive);
        await simple.StartAsync(Callers);
        await exclusive.StartAsync(Callers);
        await ProgressAsync();
        List<DateTime> kills = [];
        using var timer = new PeriodicTimer(KillInterval);
        for (var kill = 0; kill < Math.Max(2, duration / KillInterval.TotalSeconds); kill++)
        {
            if (duration > 0)
                await timer.WaitForNextTickAsync();
            kills.Add(DateTime.UtcNow);
            simple.Fault(() => exclusive.Fault(() => silos.Kill(kill % SiloProcesses.Count)));
            await silos.StartAsync(kill % SiloProcesses.Count);
            if (duration == 0)
                await ProgressAsync();
        }

        await ProgressAsync();
        (await load.FinishAsync()).ShouldBeEmpty();
        Report(load, kills);
        load.Calls.Sum(static call => call.Failures).ShouldBeGreaterThanOrEqualTo(kills.Count);
        await Task.WhenAll(simple.CheckAsync(leastUnknown: 1), exclusive.CheckAsync(leastUnknown: 1));

        Task ProgressAsync() => Task.WhenAll(load.ProgressAsync(Messages), simple.MoreAsync(Calls), exclusive.MoreAsync(Calls));

        FaultRun Recorded(QueueType type) =>
            new(output, seed, type, [.. silos.Rest.SelectMany(rest => (ITimestone[])[rest, silos.External])]) { Pace = Pace };
    }

    [Fact]
    public async Task A_rolling_restart_fails_no_call_that_is_not_cured_by_repeating_it()
    {
        await using var silos = await SiloProcesses.StartAsync();
        await using var load = new ClusterLoad(silos, Queues);
        List<DateTime> restarts = [];
        for (var silo = 0; silo < SiloProcesses.Count; silo++)
        {
            await load.ProgressAsync(Messages);
            restarts.Add(DateTime.UtcNow);
            (await silos.StopAsync(silo)).ShouldBe(0);
            await silos.StartAsync(silo);
        }

        await load.ProgressAsync(Messages);
        (await load.FinishAsync()).ShouldBeEmpty();
        Report(load, restarts);
    }

    [Fact]
    public async Task What_is_due_in_the_queues_of_a_silo_that_was_killed_happens_although_nobody_calls()
    {
        await using var silos = await SiloProcesses.StartAsync();
        string[] queues = [.. Enumerable.Range(0, Queues).Select(static number => $"due-{number}")];
        foreach (var queue in queues)
            await silos.Rest[0].EnqueueAsync(queue, new NewMessage { Id = "a", Invisible = TimeSpan.FromSeconds(3) });
        var killed = DateTime.UtcNow;
        silos.Kill(0);
        await using var journal = RedisJournal.Open(new RedisJournalOptions { Configuration = silos.Redis });
        foreach (var queue in queues)
            await Eventually.BeAsync(async () => (await journal.ReadMessageAsync(queue, "a"))!.Row.State.State == MessageState.Pending);
        output.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"All had happened {(DateTime.UtcNow - killed).TotalSeconds:0.0} s after the kill.")
        );
    }

    // The longest call of each queue after each event: how long the queue was not to be had.
    private void Report(ClusterLoad load, List<DateTime> events)
    {
        var outages = events
            .Select(
                (at, i) =>
                    load.Calls.Where(call =>
                        call.Queue >= 0 && call.At.Add(call.Took) >= at && (i + 1 == events.Count || call.At < events[i + 1])
                    )
            )
            .SelectMany(static calls =>
                calls.GroupBy(static call => call.Queue).Select(static queue => queue.Max(static call => call.Took.TotalSeconds))
            )
            .Order()
            .ToArray();
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{events.Count} events, {load.Enqueued} messages, {load.Calls.Sum(static call => call.Failures)} tries failed; longest call of a queue after an event: p50 {outages[outages.Length / 2]:0.00} s, p99 {outages[(int)(outages.Length * 0.99)]:0.00} s, max {outages[^1]:0.00} s"
            )
        );
        foreach (
            var path in load
                .Calls.Where(static call => call.Queue >= 0)
                .GroupBy(static call => call.Queue % 2 == 0 ? "REST" : "Orleans client")
        )
            output.WriteLine($"{path.Key}: longest call {path.Max(static call => call.Took.TotalSeconds):0.00} s");
    }
}
