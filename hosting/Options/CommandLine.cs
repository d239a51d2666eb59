using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace Timestone.Hosting;

/// <summary>The options of a host as arguments.</summary>
internal static class CommandLine
{
    // '@' begins no response file.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    /// <summary>Runs the host with what the arguments say, or does what they ask for instead: the help, the version.</summary>
    /// <param name="description">What the help says before it lists the options.</param>
    /// <param name="options">The options that there are.</param>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Where the help goes.</param>
    /// <param name="run">Runs the host with what was given, by its keys in the configuration.</param>
    /// <exception cref="BadOptionException">An option is unknown, has two values or none, or is a flag and has one.</exception>
    public static Task<int> InvokeAsync(
        string description,
        IEnumerable<HostOption> options,
        IReadOnlyList<string> args,
        TextWriter output,
        Func<IEnumerable<KeyValuePair<string, string?>>, Task<int>> run
    )
    {
        var symbols = options.Where(static option => option.Option is not null).ToDictionary(Symbol);
        var root = new RootCommand(description);
        foreach (var symbol in symbols.Keys)
            root.Add(symbol);

        // Without the names of Windows.
        root.Options.Remove(root.Options.Single(static option => option is HelpOption));
        root.Add(new HelpOption("--help", "-h"));
        root.SetAction((given, _) => run(
            from each in symbols
            where given.GetResult(each.Key) is { Implicit: false }
            select KeyValuePair.Create(each.Value.Key, each.Value.IsFlag ? each.Value.Given : given.GetValue((Option<string>)each.Key))));

        var parse = root.Parse(args, Parsing);
        if (parse.Action is ParseErrorAction problem)
            throw Refusal(args, [.. options.Where(static option => option.IsFlag).Select(static option => option.Option!)], parse, problem);
        return parse.InvokeAsync(new() { Output = output, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    private static Option Symbol(HostOption option)
    {
        if (option.IsFlag)
            return new Option<bool>(option.Option!) { Description = option.Description, Arity = ArgumentArity.Zero };
        var symbol = new Option<string>(option.Option!)
        {
            Description = option.Description,
            HelpName = option.Value,
            DefaultValueFactory = option.Default is { } text ? _ => text : null,
        };

        // The library takes the next option for the value.
        symbol.Validators.Add(static result =>
        {
            if (result.Tokens is [var token, ..] && token.Value.StartsWith("--", StringComparison.Ordinal))
                result.AddError("needs a value.");
        });
        return symbol;
    }

    private static BadOptionException Refusal(IReadOnlyList<string> args, string[] flags, ParseResult parse, ParseErrorAction problem)
    {
        if (parse.UnmatchedTokens is not [var unknown, ..])
            return new(Owner(parse.Errors[0].SymbolResult), parse.Errors[0].Message);
        if (flags.FirstOrDefault(flag => args.Contains($"{flag}={unknown}")) is { } given)
            return new(given, "takes no value.");

        // The library only prints what may have been meant, in lines of their own.
        problem.ShowHelp = false;
        var said = new StringWriter();
        parse.Invoke(new() { Output = said, Error = TextWriter.Null });
        var lines = said.ToString().Split('\n', StringSplitOptions.TrimEntries);
        var meant = string.Join(" or ", lines.Where(static line => line.StartsWith("--", StringComparison.Ordinal)));
        return new(unknown, $"there is no such option; {(meant.Length > 0 ? $"did you mean {meant}? See" : "see")} --help.");
    }

    private static string Owner(SymbolResult? result) =>
        result is OptionResult option ? option.Option.Name : result?.Parent is { } parent ? Owner(parent) : "arguments";
}
