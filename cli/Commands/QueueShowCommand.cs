using System.CommandLine;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary><c>timestone queue show</c></summary>
internal sealed class QueueShowCommand : CliCommand
{
    private readonly Argument<string> _queue;

    public QueueShowCommand(CliHost host)
        : base(host, "show", "Shows a queue's settings.") => _queue = Take(CommonArguments.Queue(host));

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var queue = await call.Timestone.GetQueueAsync(call.Get(_queue), cancellationToken).ConfigureAwait(false);
        call.Answer(queue, TimestoneJson.Default.QueueInfo, output => QueueView.Write(output, queue));
        return ExitCodes.Ok;
    }
}
