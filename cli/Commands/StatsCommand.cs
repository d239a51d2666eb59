using System.CommandLine;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary><c>timestone stats</c></summary>
internal sealed class StatsCommand : CliCommand
{
    private readonly Argument<string> _queue;

    public StatsCommand(CliHost host)
        : base(host, "stats", "Shows a queue in figures.") => _queue = Take(CommonArguments.Queue(host));

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var stats = await call.Timestone.GetStatsAsync(call.Get(_queue), cancellationToken).ConfigureAwait(false);
        call.Answer(stats, TimestoneJson.Default.QueueStats, output => QueueView.Write(output, stats));
        return ExitCodes.Ok;
    }
}
