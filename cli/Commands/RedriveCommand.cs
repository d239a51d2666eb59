using System.CommandLine;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary><c>timestone redrive</c></summary>
internal sealed class RedriveCommand : CliCommand
{
    private readonly Argument<string> _queue;
    private readonly Argument<string?> _id;
    private readonly Option<bool> _all;

    public RedriveCommand(CliHost host)
        : base(host, "redrive", "Makes an errored or canceled message pending again, or with --all every errored one.")
    {
        _queue = Take(CommonArguments.Queue(host));
        _id = Take(new Argument<string?>("id") { Description = "The message's id.", Arity = ArgumentArity.ZeroOrOne });
        _all = Take(new Option<bool>("--all") { Description = "Every errored message of the queue." });
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var id = call.Find(_id);
        if (call.Get(_all) == id is not null)
            throw new UsageException("Give either a message's id or --all.");
        if (id is not null)
        {
            var result = await call.Timestone.RedriveAsync(call.Get(_queue), id, cancellationToken).ConfigureAwait(false);
            call.Answer(result, TimestoneJson.Default.MessageResult, output => MessageView.Write(output, result));
            return ExitCodes.Ok;
        }

        var count = await call.Timestone.RedriveAllAsync(call.Get(_queue), cancellationToken).ConfigureAwait(false);
        call.Answer(new CountAnswer(count), TimestoneJson.Default.CountAnswer, output => output.WriteLine($"made {count} pending"));
        return ExitCodes.Ok;
    }
}
