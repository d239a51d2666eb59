using System.CommandLine;

namespace Timestone.Cli;

/// <summary><c>timestone queue delete</c></summary>
internal sealed class QueueDeleteCommand : CliCommand
{
    private readonly Argument<string> _queue;

    public QueueDeleteCommand(CliHost host)
        : base(host, "delete", "Deletes a queue with all its messages.") => _queue = Take(CommonArguments.Queue(host));

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var queue = call.Get(_queue);
        await call.Timestone.DeleteQueueAsync(queue, cancellationToken).ConfigureAwait(false);
        call.Answer(new DeletedQueue(queue), CliJson.Default.DeletedQueue, output => output.WriteLine($"deleted {queue}"));
        return ExitCodes.Ok;
    }
}
