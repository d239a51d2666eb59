using System.CommandLine;

namespace Timestone.Cli;

/// <summary><c>timestone cancel</c></summary>
internal sealed class CancelCommand : MessageCommand
{
    private readonly Option<string?> _reason;

    public CancelCommand(CliHost host)
        : base(host, "cancel", "Calls a message off.") =>
        _reason = Take(new Option<string?>("--reason") { Description = "Why.", HelpName = "text" });

    protected override Task<MessageResult> RunAsync(Call call, string queue, string id, CancellationToken cancellationToken) =>
        call.Timestone.CancelAsync(queue, id, call.Get(_reason), cancellationToken);
}
