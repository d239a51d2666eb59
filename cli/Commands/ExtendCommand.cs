using System.CommandLine;

namespace Timestone.Cli;

/// <summary><c>timestone extend</c></summary>
internal sealed class ExtendCommand : MessageCommand
{
    private readonly Argument<string> _leaseToken;
    private readonly Option<TimeSpan?> _lease;
    private readonly Option<Payload> _progress;

    public ExtendCommand(CliHost host)
        : base(host, "extend", "Holds a lease longer, and reports progress.")
    {
        _leaseToken = Take(CommonArguments.LeaseToken());
        _lease = Take(CommonOptions.Duration("--lease", "How long from now (as long as it was given for)."));
        _progress = Take(CommonOptions.JsonValue("--progress", "What has been done so far."));
    }

    protected override Task<MessageResult> RunAsync(Call call, string queue, string id, CancellationToken cancellationToken) =>
        call.Timestone.ExtendAsync(queue, id, call.Get(_leaseToken), call.Get(_lease), call.Get(_progress), cancellationToken);
}
