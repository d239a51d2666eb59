using System.CommandLine;

namespace Timestone.Cli;

/// <summary><c>timestone fail</c></summary>
internal sealed class FailCommand : MessageCommand
{
    private readonly Argument<string> _leaseToken;
    private readonly Option<string?> _error;
    private readonly Option<bool> _permanent;
    private readonly Option<TimeSpan?> _invisible;

    public FailCommand(CliHost host)
        : base(host, "fail", "Ends a lease: the attempt failed, and another one follows if any is left.")
    {
        _leaseToken = Take(CommonArguments.LeaseToken());
        _error = Take(new Option<string?>("--error") { Description = "Why.", HelpName = "text" });
        _permanent = Take(new Option<bool>("--permanent") { Description = "No other attempt: the message is errored at once." });
        _invisible = Take(CommonOptions.Duration("--invisible", "The wait before the next attempt (the queue's backoff)."));
    }

    protected override Task<MessageResult> RunAsync(Call call, string queue, string id, CancellationToken cancellationToken) =>
        call.Timestone.FailAsync(
            queue,
            id,
            call.Get(_leaseToken),
            call.Get(_error),
            call.Get(_permanent),
            call.Get(_invisible),
            cancellationToken
        );
}
