using System.CommandLine;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary><c>timestone queue purge</c></summary>
internal sealed class QueuePurgeCommand : CliCommand
{
    private readonly Argument<string> _queue;
    private readonly Option<MessageState?> _state;

    public QueuePurgeCommand(CliHost host)
        : base(host, "purge", "Removes all messages of a queue but those that are running.")
    {
        _queue = Take(CommonArguments.Queue(host));
        _state = Take(CommonOptions.State("Only messages in this state."));
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var count = await call.Timestone.PurgeAsync(call.Get(_queue), call.Get(_state), cancellationToken).ConfigureAwait(false);
        call.Answer(new CountAnswer(count), TimestoneJson.Default.CountAnswer, output => output.WriteLine($"removed {count}"));
        return ExitCodes.Ok;
    }
}
