using System.Text.RegularExpressions;

namespace Timestone.Tests.Docs;

/// <summary>A command that a page tells its reader to run.</summary>
/// <param name="Page">The page's path below the root.</param>
/// <param name="Text">As it stands there, continued lines included.</param>
/// <param name="Output">What the page shows as its output; null in a block that shows none.</param>
internal sealed partial record PageCommand(string Page, string Text, string? Output)
{
    /// <summary>The commands of a page's shell blocks, in order.</summary>
    public static IEnumerable<PageCommand> Of(string page, string text) =>
        Block().Matches(text).SelectMany(block => Of(page, block.Groups["code"].Value, block.Groups["shell"].Value == "console"));

    private static IEnumerable<PageCommand> Of(string page, string code, bool isConsole) => isConsole
        ? Prompt().Matches(code).Select(match => new PageCommand(page, match.Groups["text"].Value, match.Groups["output"].Value))
        : LineEnd().Split(code).Where(static line => !Nothing().IsMatch(line)).Select(line => new PageCommand(page, line, null));

    [GeneratedRegex(@"^```(?<shell>sh|bash|console)\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^\$ (?<text>(?:.*\\\n)*.*)\n(?<output>(?:(?!\$ ).*\n)*)", RegexOptions.Multiline)]
    private static partial Regex Prompt();

    [GeneratedRegex(@"(?<!\\)\n")]
    private static partial Regex LineEnd();

    [GeneratedRegex(@"^\s*(#.*)?$")]
    private static partial Regex Nothing();
}
