using System.CommandLine;

namespace Timestone.Cli;

/// <summary><c>timestone release</c></summary>
internal sealed class ReleaseCommand : MessageCommand
{
    private readonly Argument<string> _leaseToken;
    private readonly Option<TimeSpan?> _invisible;

    public ReleaseCommand(CliHost host)
        : base(host, "release", "Ends a lease: the message goes back, the attempt unspent.")
    {
        _leaseToken = Take(CommonArguments.LeaseToken());
        _invisible = Take(CommonOptions.Duration("--invisible", "How long it stays invisible (0)."));
    }

    protected override Task<MessageResult> RunAsync(Call call, string queue, string id, CancellationToken cancellationToken) =>
        call.Timestone.ReleaseAsync(queue, id, call.Get(_leaseToken), call.Get(_invisible), cancellationToken);
}
