using Shouldly;
using Xunit;

namespace Timestone.Tests.Tidy;

public sealed class LineTests
{
    private const int Width = 140;

    [Fact]
    public void A_line_of_code_is_at_most_140_characters_wide_but_for_what_stands_in_quotes()
    {
        var wide = Repository.Files(".cs").SelectMany(static file => Wide(file, Unquoted(Repository.Read(file)))).ToList();
        wide.ShouldBeEmpty();
    }

    [Fact]
    public void A_line_of_prose_is_at_most_140_characters_wide()
    {
        var wide = Repository.Files(".md").SelectMany(static file => Wide(file, Prose(Repository.Read(file)))).ToList();
        wide.ShouldBeEmpty();
    }

    [Fact]
    public void A_wide_line_is_found_where_it_counts()
    {
        var wide = new string('x', Width + 1);
        string[] code = [$"// {wide}", $"var {wide} = 1;", $"Say(\"{wide}\");", "var text = \"\"\"", wide, "    \"\"\";"];
        Wide("planted.cs", Unquoted(string.Join('\n', code)))
            .ShouldBe([$"planted.cs:1 is {Width + 4} wide", $"planted.cs:2 is {Width + 10} wide"]);
        string[] prose = [$"Too {wide}", $"| {wide} |", wide, "```", $"too {wide}", "```"];
        Wide("planted.md", Prose(string.Join('\n', prose))).ShouldBe([$"planted.md:1 is {Width + 5} wide"]);
    }

    private static IEnumerable<string> Wide(string file, string text) =>
        text.Split('\n')
            .Select(static (line, at) => (Line: line, Number: at + 1))
            .Where(static each => each.Line.Length > Width)
            .Select(each => $"{file}:{each.Number} is {each.Line.Length} wide");

    // Comments stay, so that lines keep their numbers and count.
    private static string Unquoted(string text)
    {
        var code = new System.Text.StringBuilder();
        foreach (var (line, isRaw) in Lines(text))
            code.Append(
                    isRaw ? ""
                    : line.TrimStart().StartsWith("//", StringComparison.Ordinal) ? line
                    : Repository.CodeOf(line)
                )
                .Append('\n');
        return code.ToString();
    }

    private static IEnumerable<(string Line, bool IsRaw)> Lines(string text)
    {
        var isRaw = false;
        foreach (var line in text.Split('\n'))
        {
            var changes = line.Split("\"\"\"").Length % 2 == 0;
            yield return (line, isRaw || changes);
            isRaw ^= changes;
        }
    }

    // Tables, code and links that have no room to break are as wide as they are.
    private static string Prose(string text)
    {
        var (lines, isCode) = (text.Split('\n'), false);
        for (var i = 0; i < lines.Length; i++)
        {
            var isFence = lines[i].TrimStart().StartsWith("```", StringComparison.Ordinal);
            isCode ^= isFence;
            if (isCode || isFence || lines[i].StartsWith('|') || !lines[i].Trim().Contains(' ', StringComparison.Ordinal))
                lines[i] = "";
        }

        return string.Join('\n', lines);
    }
}
