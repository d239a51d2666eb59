using System.CommandLine;

namespace Timestone.Cli;

/// <summary>A command that does something: its symbols are its fields, <see cref="RunAsync"/> is its action.</summary>
internal abstract class CliCommand : Command
{
    protected CliCommand(CliHost host, string name, string description)
        : base(name, description)
    {
        Host = host;
        SetAction(async (parse, cancellationToken) =>
        {
            var call = new Call(host, parse);
            return await call.GuardAsync(() => RunAsync(call, cancellationToken)).ConfigureAwait(false);
        });
    }

    protected CliHost Host { get; }

    /// <summary>Adds a symbol and gives it back, so that a constructor reads as a list of them.</summary>
    protected T Take<T>(T symbol)
        where T : Symbol
    {
        switch (symbol)
        {
            case Argument argument:
                Add(argument);
                break;
            case Option option:
                Add(option);
                break;
        }

        return symbol;
    }

    protected abstract Task<int> RunAsync(Call call, CancellationToken cancellationToken);
}
