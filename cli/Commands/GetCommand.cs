using System.CommandLine;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary><c>timestone get</c></summary>
internal sealed class GetCommand : CliCommand
{
    private readonly Argument<string> _queue;
    private readonly Argument<string> _id;

    public GetCommand(CliHost host)
        : base(host, "get", "Shows a message.")
    {
        _queue = Take(CommonArguments.Queue(host));
        _id = Take(CommonArguments.Id());
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var message = await call.Timestone.GetMessageAsync(call.Get(_queue), call.Get(_id), cancellationToken).ConfigureAwait(false);
        call.Answer(message, TimestoneJson.Default.Message, output => MessageView.Write(output, message));
        return ExitCodes.Ok;
    }
}
