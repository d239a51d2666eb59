using System.CommandLine;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary><c>timestone depth</c></summary>
internal sealed class DepthCommand : CliCommand
{
    private readonly Argument<string> _queue;
    private readonly Option<MessageState?> _state;
    private readonly Option<Metadata> _filter;

    public DepthCommand(CliHost host)
        : base(host, "depth", "Counts the messages of a queue that have not ended.")
    {
        _queue = Take(CommonArguments.Queue(host));
        _state = Take(CommonOptions.State("Only messages in this state."));
        _filter = Take(CommonOptions.Filter());
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var count = await call
            .Timestone.GetDepthAsync(call.Get(_queue), call.Get(_state), call.Get(_filter), cancellationToken)
            .ConfigureAwait(false);
        call.Answer(new CountAnswer(count), TimestoneJson.Default.CountAnswer, output => output.WriteLine(Text.Number(count)));
        return ExitCodes.Ok;
    }
}
