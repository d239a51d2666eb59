using System.CommandLine;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary><c>timestone queue block</c> and <c>timestone queue unblock</c></summary>
internal sealed class QueueBlockCommand : CliCommand
{
    private readonly bool _block;
    private readonly Argument<string> _queue;
    private readonly Option<bool> _enqueue;
    private readonly Option<bool> _dequeue;

    public QueueBlockCommand(CliHost host, bool block)
        : base(host, block ? "block" : "unblock", $"{(block ? "Blocks" : "Unblocks")} enqueueing, dequeueing or, without an option, both.")
    {
        _block = block;
        _queue = Take(CommonArguments.Queue(host));
        _enqueue = Take(new Option<bool>("--enqueue") { Description = "Only enqueueing." });
        _dequeue = Take(new Option<bool>("--dequeue") { Description = "Only dequeueing." });
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var both = call.Get(_enqueue) == call.Get(_dequeue);
        var patch = new QueueSettingsPatch
        {
            EnqueueBlocked = both || call.Get(_enqueue) ? _block : null,
            DequeueBlocked = both || call.Get(_dequeue) ? _block : null,
        };
        var queue = await call.Timestone.UpdateQueueAsync(call.Get(_queue), patch, cancellationToken).ConfigureAwait(false);
        call.Answer(
            queue,
            TimestoneJson.Default.QueueInfo,
            output => output.WriteLine($"{queue.Name}: blocked: {QueueView.BlocksOf(queue.Settings)}")
        );
        return ExitCodes.Ok;
    }
}
