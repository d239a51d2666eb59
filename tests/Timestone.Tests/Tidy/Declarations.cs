using System.Text.RegularExpressions;

namespace Timestone.Tests.Tidy;

/// <summary>What C# declares, by its text: code without comments and quotes.</summary>
internal static partial class Declarations
{
    /// <summary>The types that are no other type's.</summary>
    public static IEnumerable<string> Types(string code) => Type().Matches(code).Select(static match => match.Groups[1].Value);

    /// <summary>Whether a name stands where a member, a parameter or a value of an enum is declared, and not where it is used.</summary>
    public static bool HasMember(string code, string name) =>
        Member().Matches(code).Any(match => match.Groups[1].ValueSpan.SequenceEqual(name));

    [GeneratedRegex(
        """^(?:(?:public|internal|sealed|abstract|static|partial|readonly|ref|unsafe)\s+)*(?:record\s+struct|record|class|struct|interface|enum)\s+(\w+)""",
        RegexOptions.Multiline
    )]
    private static partial Regex Type();

    // Behind a type, or alone on its line in an enum.
    [GeneratedRegex(
        """(?:(?<!\b(?:return|await|new|throw|case|is))(?<=[\w>)?\]])\s+|^\s*)([A-Z]\w*)\s*(?:[(<{=;,)]|$)""",
        RegexOptions.Multiline
    )]
    private static partial Regex Member();
}
