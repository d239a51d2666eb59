using System.CommandLine;

namespace Timestone.Cli;

/// <summary><c>timestone complete</c></summary>
internal sealed class CompleteCommand : MessageCommand
{
    private readonly Argument<string> _leaseToken;
    private readonly Option<Payload> _result;

    public CompleteCommand(CliHost host)
        : base(host, "complete", "Ends a lease: the work is done.")
    {
        _leaseToken = Take(CommonArguments.LeaseToken());
        _result = Take(CommonOptions.JsonValue("--result", "What the work brought."));
    }

    protected override Task<MessageResult> RunAsync(Call call, string queue, string id, CancellationToken cancellationToken) =>
        call.Timestone.CompleteAsync(queue, id, call.Get(_leaseToken), call.Get(_result), cancellationToken);
}
