using System.CommandLine;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary><c>timestone queue purge</c></summary>
internal sealed class QueuePurgeCommand : CliCommand
{
    private readonly Argument<string> _queue;
    private readonly Option<PurgeScope?> _state;
    private readonly Confirmation _confirmation;

    public QueuePurgeCommand(CliHost host)
        : base(host, "purge", "Removes the messages of a state from a queue, or all but those that are running.")
    {
        _queue = Take(CommonArguments.Queue(host));
        _state = Take(CommonOptions.Name<PurgeScope>("--state", "Which messages; all stands for every state but running."));
        _state.Required = true;
        _confirmation = new Confirmation(this);
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var (queue, scope) = (call.Get(_queue), call.Get(_state)!.Value);
        if (
            !await _confirmation
                .AskAsync(call, () => DescribeAsync(call, queue, scope, cancellationToken), cancellationToken)
                .ConfigureAwait(false)
        )
            return ExitCodes.Refused;
        var removed = await call.Timestone.PurgeAsync(queue, scope, cancellationToken).ConfigureAwait(false);
        call.Answer(removed, TimestoneJson.Default.StateCounts, output => output.WriteLine($"removed {Text.Counts(removed)}"));
        return ExitCodes.Ok;
    }

    private static async Task<string> DescribeAsync(Call call, string queue, PurgeScope scope, CancellationToken cancellationToken)
    {
        var counts = (await call.Timestone.GetStatsAsync(queue, cancellationToken).ConfigureAwait(false)).Counts;
        var covered = StateCounts.Of(state => scope.Covers(state) ? counts.Of(state) : 0);
        return $"Removes {Text.Counts(covered)} of queue {queue}.";
    }
}
