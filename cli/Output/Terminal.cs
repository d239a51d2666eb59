using Spectre.Console;

namespace Timestone.Cli;

/// <summary>Spectre's console over the host's writers.</summary>
internal static class Terminal
{
    // Where no terminal sets a width, none cuts a line.
    private const int Unlimited = 4096;

    public static IAnsiConsole Out(CliHost host) => Create(host.Out, host.OutIsTerminal, host.OutWidth ?? Unlimited);

    public static IAnsiConsole Error(CliHost host) => Create(host.Error, host.ErrorIsTerminal, host.ErrorIsTerminal ? null : Unlimited);

    private static IAnsiConsole Create(TextWriter writer, bool isTerminal, int? width)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Yes : InteractionSupport.No,
        });
        if (width is { } given)
            console.Profile.Width = given;
        return console;
    }
}
