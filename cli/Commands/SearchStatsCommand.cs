using System.CommandLine;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary><c>timestone search-stats</c></summary>
internal sealed class SearchStatsCommand : CliCommand
{
    private readonly Argument<string?> _queue;
    private readonly Option<IndexedWrite?> _after;
    private readonly Option<TimeSpan?> _wait;

    public SearchStatsCommand(CliHost host)
        : base(host, "search-stats", "Counts messages and their transitions, and how long they stayed in each state.")
    {
        _queue = Take(CommonArguments.QueueOrAll(host));
        _after = Take(IndexOptions.After());
        _wait = Take(IndexOptions.Wait());
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var request = new StatsRequest
        {
            Queue = call.Find(_queue),
            After = call.Get(_after),
            Wait = call.Get(_wait) ?? IndexedWrite.DefaultWait,
        };
        var stats = await call.Timestone.GetSearchStatsAsync(request, cancellationToken).ConfigureAwait(false);
        call.Answer(stats, TimestoneJson.Default.SearchStats, output => Write(output, stats));
        return ExitCodes.Ok;
    }

    private static void Write(TextWriter output, SearchStats stats)
    {
        foreach (var queue in stats.Queues)
        {
            var fields = new Fields().Add("queue", queue.Queue)
                .Add("messages", CountsOf(queue.Counts))
                .Add("failures", Text.Number(queue.Failures))
                .Add("expired leases", Text.Number(queue.Expirations))
                .Add("missed deadlines", Text.Number(queue.MissedDeadlines));
            foreach (var stay in queue.TimeInState)
                fields.Add(
                    $"time {EnumNames.Of(stay.State)}",
                    $"p50 {Durations.Rough(stay.P50)}, p95 {Durations.Rough(stay.P95)}, p99 {Durations.Rough(stay.P99)} of {stay.Count}"
                );
            fields.WriteTo(output);
            output.WriteLine();
        }

        IndexOptions.WriteEnd(output, next: null, stats.Freshness);
    }

    private static string CountsOf(StateCounts counts) =>
        $"{counts.Pending} pending, {counts.Invisible} invisible, {counts.Running} running, {counts.Completed} completed, {counts.Canceled} canceled, {counts.Errored} errored";
}
