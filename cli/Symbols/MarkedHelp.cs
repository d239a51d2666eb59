using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Timestone.Cli;

/// <summary>
/// The library's help, with brackets around the arguments that may be left out where it lists commands: it has them only in usage lines.
/// </summary>
internal sealed class MarkedHelp(HelpAction help) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var configuration = parseResult.InvocationConfiguration;
        var output = configuration.Output;
        var text = new StringWriter();
        configuration.Output = text;
        var code = help.Invoke(parseResult);
        configuration.Output = output;
        output.Write(parseResult.CommandResult.Command.Subcommands.Aggregate(text.ToString(), Mark));
        return code;
    }

    // The brackets take the place of spaces before the description, so that the descriptions stay in their column.
    private static string Mark(string text, Command command)
    {
        foreach (var argument in command.Arguments.Where(static argument => argument.Arity.MinimumNumberOfValues == 0))
        {
            var before =
                $"\n  {command.Name} {string.Concat(command.Arguments.TakeWhile(other => other != argument).Select(static other => $"<{other.Name}> "))}";
            text = text.Replace($"{before}<{argument.Name}>  ", $"{before}[<{argument.Name}>]", StringComparison.Ordinal);
        }

        return text;
    }
}
