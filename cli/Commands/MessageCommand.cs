using System.CommandLine;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary>A command that changes one message and answers how it stands.</summary>
internal abstract class MessageCommand : CliCommand
{
    private readonly Argument<string> _queue;
    private readonly Argument<string> _id;

    protected MessageCommand(CliHost host, string name, string description)
        : base(host, name, description)
    {
        _queue = Take(CommonArguments.Queue(host));
        _id = Take(CommonArguments.Id());
    }

    protected sealed override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var result = await RunAsync(call, call.Get(_queue), call.Get(_id), cancellationToken).ConfigureAwait(false);
        call.Answer(result, TimestoneJson.Default.MessageResult, output => MessageView.Write(output, result));
        return ExitCodes.Ok;
    }

    protected abstract Task<MessageResult> RunAsync(Call call, string queue, string id, CancellationToken cancellationToken);
}
