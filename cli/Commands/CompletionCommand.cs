using System.CommandLine;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary><c>timestone completion</c></summary>
internal sealed class CompletionCommand : CliCommand
{
    private readonly Argument<Shell> _shell;

    public CompletionCommand(CliHost host)
        : base(host, "completion", "Prints a script that makes a shell complete commands, options and the server's queues.")
    {
        _shell = Take(
            new Argument<Shell>("shell")
            {
                Description = "bash, zsh or fish.",
                HelpName = "bash|zsh|fish",
                CustomParser = static result => Parsers.Name<Shell>(result) ?? default,
            }
        );
        _shell.CompletionSources.Clear();
        _shell.CompletionSources.Add(_ => EnumNames.All<Shell>());
    }

    protected override Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        call.Out.Write(CompletionScripts.For(call.Get(_shell)) + "\n");
        return Task.FromResult(ExitCodes.Ok);
    }
}
