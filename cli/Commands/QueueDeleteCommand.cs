using System.CommandLine;

namespace Timestone.Cli;

/// <summary><c>timestone queue delete</c></summary>
internal sealed class QueueDeleteCommand : CliCommand
{
    private readonly Argument<string> _queue;
    private readonly Confirmation _confirmation;

    public QueueDeleteCommand(CliHost host)
        : base(host, "delete", "Deletes a queue with all its messages.")
    {
        _queue = Take(CommonArguments.Queue(host));
        _confirmation = new Confirmation(this);
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var queue = call.Get(_queue);
        if (
            !await _confirmation
                .AskAsync(call, () => DescribeAsync(call, queue, cancellationToken), cancellationToken)
                .ConfigureAwait(false)
        )
            return ExitCodes.Refused;
        await call.Timestone.DeleteQueueAsync(queue, cancellationToken).ConfigureAwait(false);
        call.Answer(new DeletedQueue(queue), CliJson.Default.DeletedQueue, output => output.WriteLine($"deleted {queue}"));
        return ExitCodes.Ok;
    }

    private static async Task<string> DescribeAsync(Call call, string queue, CancellationToken cancellationToken) =>
        $"Deletes queue {queue} with {Text.Counts((await call.Timestone.GetStatsAsync(queue, cancellationToken).ConfigureAwait(false)).Counts)}.";
}
