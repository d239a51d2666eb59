using System.CommandLine;
using System.CommandLine.Invocation;

namespace Timestone.Cli;

/// <summary>What a mistyped command may have been meant to be, as the library finds it.</summary>
internal static class Corrections
{
    /// <summary>The commands that are nearly what was typed; none when nothing is.</summary>
    public static IEnumerable<string> Of(ParseResult parse)
    {
        if (parse.Action is not ParseErrorAction action)
            return [];

        // The library only prints them: a line of its own, then one for each, then an empty one.
        action.ShowHelp = false;
        var output = new StringWriter();
        parse.Invoke(new InvocationConfiguration { Output = output, Error = TextWriter.Null });
        return output.ToString().ReplaceLineEndings("\n").Split('\n')
            .SkipWhile(static line => !line.EndsWith('?'))
            .Skip(1)
            .TakeWhile(static line => line.Length > 0 && !line.EndsWith('?'));
    }
}
