using System.Diagnostics;
using System.Globalization;
using Shouldly;
using Timestone.Grains;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Orleans.Tests.Failover;

/// <summary>
/// How long callers are without a queue whose silo freezes, dies or is busy. TIMESTONE_FAILOVER_SECONDS is how long silos are starved of
/// processor time, instead of 15 s; TIMESTONE_FAILOVER_EVENTS how many are lost for the figures, instead of one.
/// </summary>
[Slow]
public sealed class LostSiloTests(ITestOutputHelper output)
{
    private const int Queues = 12;
    private const int Messages = 20;

    // 200 messages/s.
    private const int PacedQueues = 40;
    private const int PacedMessages = 5;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    // Without being told, a caller waits for 10 s.
    private static readonly TimeSpan LongestLoss = TimeSpan.FromSeconds(7);

    // On an idle machine a third of it. With Orleans' own figures it was 24 s for a silo that is frozen.
    [Theory]
    [InlineData("KILL", 9)]
    [InlineData("STOP", 18)]
    [InlineData("TERM", 6)]
    public async Task The_queues_of_a_silo_that_is_lost_are_elsewhere_soon(string signal, int longestSeconds)
    {
        var events = int.TryParse(
            Environment.GetEnvironmentVariable("TIMESTONE_FAILOVER_EVENTS"),
            CultureInfo.InvariantCulture,
            out var told
        )
            ? told
            : 1;
        await using var silos = await SiloProcesses.StartAsync();
        await using var load = new ClusterLoad(silos, PacedQueues, Pace);
        await load.ProgressAsync(PacedMessages);
        List<TimeSpan> longest = [];
        for (var i = 0; i < events; i++)
        {
            var silo = i % SiloProcesses.Count;
            load.Shunned = silo;

            // What it was asked over REST is answered by then.
            await load.ProgressAsync(2);
            var lost = DateTime.UtcNow;
            if (signal == "KILL")
                silos.Kill(silo);
            else if (signal == "TERM")
                (await silos.StopAsync(silo)).ShouldBe(0);
            else
                silos.Signal(silo, signal);
            await load.ProgressAsync(PacedMessages);
            longest.AddRange(load.LongestBetween(lost, DateTime.UtcNow));
            if (signal == "STOP")
            {
                // It learns that it was declared dead.
                silos.Signal(silo, "CONT");
                await Eventually.BeAsync(() => Task.FromResult(!silos.IsRunning(silo)));
            }

            await silos.StartAsync(silo);
            load.Shunned = -1;
            await load.ProgressAsync(PacedMessages);
        }

        longest.Sort();
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{signal}, {events} times, the longest call of each of {PacedQueues} queues: p50 {At(0.5):0.0} s, p90 {At(0.9):0.0} s, p99 {At(0.99):0.0} s, max {At(1):0.0} s."
            )
        );
        longest.Count.ShouldBe(events * PacedQueues);
        At(1).ShouldBeLessThan(longestSeconds);
        (await load.FinishAsync()).ShouldBeEmpty();

        double At(double share) => longest[(int)((longest.Count - 1) * share)].TotalSeconds;
    }

    [Fact]
    public async Task A_client_gives_up_what_it_asked_a_silo_that_is_killed()
    {
        await using var silos = await SiloProcesses.StartAsync();
        string[] queues = [.. Enumerable.Range(0, Queues).Select(static number => $"lost-{number}")];
        foreach (var queue in queues)
            await silos.Rest[0].EnqueueAsync(queue, new NewMessage { Id = "a" });
        await Task.WhenAll(queues.Select(queue => silos.External.GetDepthAsync(queue)));

        // It has no chance to answer what is asked now.
        silos.Signal(0, "STOP");
        var killed = Stopwatch.GetTimestamp();
        var calls = queues.Select(queue => TimedAsync(queue)).ToArray();
        silos.Kill(0);
        var waited = await Task.WhenAll(calls);
        var failed = waited.Count(static wait => wait is not null);
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{failed} of {Queues} calls failed, the last {waited.Max()?.TotalSeconds:0.00} s after the kill."
            )
        );
        waited.ShouldContain(static wait => wait != null);
        waited.ShouldAllBe(static wait => wait == null || wait < LongestLoss);

        async Task<TimeSpan?> TimedAsync(string queue)
        {
            try
            {
                await silos.External.EnqueueAsync(queue, new NewMessage { Id = "b" });
                return null;
            }
            catch (TimestoneException problem) when (problem.Code == ErrorCode.Unavailable)
            {
                return Stopwatch.GetElapsedTime(killed);
            }
        }
    }

    [Fact]
    public async Task No_silo_that_only_lacks_processor_time_is_declared_dead()
    {
        var told = double.TryParse(
            Environment.GetEnvironmentVariable("TIMESTONE_FAILOVER_SECONDS"),
            CultureInfo.InvariantCulture,
            out var seconds
        );
        var length = TimeSpan.FromSeconds(told ? seconds : 15);
        await using var silos = await SiloProcesses.StartAsync();
        await using var load = new ClusterLoad(silos, Queues);
        await load.ProgressAsync(Messages);
        var busy = Enumerable.Range(0, 2).Select(static _ => Process.Start("sh", ["-c", "while :; do :; done"])).ToArray();
        try
        {
            var began = Stopwatch.GetTimestamp();
            do
                await load.ProgressAsync(Messages);
            while (Stopwatch.GetElapsedTime(began) < length);
        }
        finally
        {
            foreach (var process in busy)
            {
                process.Kill();
                process.Dispose();
            }
        }

        // One that was declared dead ends.
        Enumerable.Range(0, SiloProcesses.Count).ShouldAllBe(silo => silos.IsRunning(silo));
        (await load.FinishAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_begins_after_the_loss_of_a_silo_is_not_given_up()
    {
        using var calls = new OutsideCalls(OutsideCalls.MaxTimeout, grace: TimeSpan.Zero);
        var before = calls.LimitAsync(new TaskCompletionSource<int>().Task);
        calls.SiloLost();
        var answer = new TaskCompletionSource<int>();
        var after = calls.LimitAsync(answer.Task);
        await Should.ThrowAsync<OperationCanceledException>(before);
        answer.SetResult(1);
        (await after).ShouldBe(1);
    }

    [Fact]
    public async Task What_is_answered_in_time_after_the_loss_of_a_silo_is_not_given_up()
    {
        using var calls = new OutsideCalls(OutsideCalls.MaxTimeout, grace: TimeSpan.FromMinutes(10));
        var answer = new TaskCompletionSource<int>();
        var call = calls.LimitAsync(answer.Task);
        calls.SiloLost();
        answer.SetResult(1);
        (await call).ShouldBe(1);
    }

    [Fact]
    public async Task A_client_can_be_told_to_wait_less_for_any_call()
    {
        using var calls = new OutsideCalls(TimeSpan.FromMilliseconds(1), grace: TimeSpan.FromMinutes(10));
        await Should.ThrowAsync<TimeoutException>(calls.LimitAsync(new TaskCompletionSource<int>().Task));
    }
}
