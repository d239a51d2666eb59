using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Timestone.Cli;

/// <summary>The program: its command tree and its entry.</summary>
public static class TimestoneCli
{
    // '@' begins no response file: ids may start with it.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    /// <summary>Runs one command line and answers its exit code.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliHost host)
    {
        ArgumentNullException.ThrowIfNull(host);

        // Commands that run side by side write here.
        host = host with
        {
            Out = TextWriter.Synchronized(new OutputWriter(host.Out, host.OutIsPipe)),
            Error = new TolerantWriter(TextWriter.Synchronized(host.Error)),
        };
        try
        {
            var code = await RunGuardedAsync(args, host).ConfigureAwait(false);
            if (code is not (ExitCodes.Output or ExitCodes.ReaderGone))
                host.Out.Flush();
            return code;
        }
        catch (OutputException problem)
        {
            return problem.Report(host.Error);
        }
    }

    private static async Task<int> RunGuardedAsync(IReadOnlyList<string> args, CliHost host)
    {
        var parse = CreateRoot(host).Parse(args, Parsing);

        // Signals are the host's: the library would end the process two seconds after the first one.
        var invocation = new InvocationConfiguration
        {
            Output = host.Out,
            Error = host.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        if (parse.Action is ParseErrorAction)
        {
            // What is no command is more to the point than that one is missing.
            foreach (var problem in parse.UnmatchedTokens.Count > 0 && parse.Errors.Count > 1 ? parse.Errors.Skip(1) : parse.Errors)
                ErrorReport.Write(host.Error, problem.Message);
            foreach (var correction in Corrections.Of(parse))
                host.Error.WriteLine($"Did you mean '{correction}'?");
            ErrorReport.WriteHint(host.Error, parse.CommandResult);
            return ExitCodes.Usage;
        }

        return await parse.InvokeAsync(invocation, host.Stop).ConfigureAwait(false);
    }

    private static RootCommand CreateRoot(CliHost host)
    {
        var root = new RootCommand($"Timestone on the command line.\n\n{ExitCodes.Summary}")
        {
            CommonOptions.Server(host),
            CommonOptions.Json(),
            CommonOptions.RetryFor(),
            QueueCommand.Create(host),
            new EnqueueCommand(host),
            new DequeueCommand(host),
            new CompleteCommand(host),
            new FailCommand(host),
            new ReleaseCommand(host),
            new ExtendCommand(host),
            new CancelCommand(host),
            new GetCommand(host),
            new PeekCommand(host),
            new RedriveCommand(host),
            new DepthCommand(host),
            new StatsCommand(host),
            new SearchCommand(host),
            new HistoryCommand(host),
            new SearchStatsCommand(host),
            new VerifyIndexCommand(host),
            new VerifyCommand(host),
            new WorkCommand(host),
            new TopCommand(host),
            new InspectCommand(host),
            new ReindexCommand(host),
            new CompletionCommand(host),
        };

        foreach (var option in TlsSymbols.All(host))
            root.Add(option);

        // Without the names of Windows, which a shell would offer as paths.
        root.Options.Remove(root.Options.Single(static option => option is HelpOption));
        var help = new HelpOption("--help", "-h");
        help.Action = new MarkedHelp((HelpAction)help.Action!);
        root.Add(help);
        return root;
    }
}
