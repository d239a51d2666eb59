using Spectre.Console;
using Spectre.Console.Rendering;

namespace Timestone.Cli;

/// <summary>
/// Rows under headings, without lines: as readable for a person as for <c>awk</c>. On a terminal that is too narrow texts are cut and
/// then columns left out, which is said; ids are always whole.
/// </summary>
internal sealed class Grid(params GridColumn[] columns)
{
    private const int Gap = 2;

    // A text that is cut further tells nothing.
    private const int ShortestText = 16;

    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row, a cell for each column.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    public void WriteTo(CliHost host)
    {
        var console = Terminal.Out(host);
        var (picture, width) = Draw(host.OutWidth);

        // What is wider than the terminal all the same is wrapped by it and not cut here.
        console.Profile.Width = Math.Max(console.Profile.Width, width);
        console.Write(picture);
    }

    /// <summary>What Spectre draws.</summary>
    /// <param name="width">The terminal's columns; null where there is no terminal.</param>
    public IRenderable Render(int? width) => Draw(width).Picture;

    private (IRenderable Picture, int Width) Draw(int? width)
    {
        int[] widths = [.. columns.Select((column, i) => _rows.Select(row => row[i].GetCellWidth()).Append(column.Heading.Length).Max())];
        var shown = Enumerable.Range(0, columns.Length).ToList();
        var left = new List<string>();
        while (TooWide() > 0)
        {
            var cut = shown
                .Where(i => columns[i].IsText && widths[i] > ShortestText)
                .OrderByDescending(i => widths[i])
                .Cast<int?>()
                .FirstOrDefault();
            if (cut is { } text)
            {
                widths[text] = Math.Max(ShortestText, widths[text] - TooWide());
                continue;
            }

            var least = shown.MaxBy(i => columns[i].GivesWay);
            if (columns[least].GivesWay == 0)
                break;
            shown.Remove(least);
            left.Insert(0, columns[least].Heading);
        }

        var table = new Table { Border = TableBorder.None };
        foreach (var i in shown)
            table.AddColumn(Heading(columns[i], widths[i]));
        foreach (var row in _rows)
            table.AddRow(shown.Select(i => new Spectre.Console.Text(row[i]) { Overflow = Overflow.Ellipsis }));
        return (left.Count == 0 ? table : new Rows(table, Note(left)), shown.Sum(i => widths[i] + Gap));

        int TooWide() => width is { } most ? shown.Sum(i => widths[i] + Gap) - Gap - most : 0;
    }

    private static TableColumn Heading(GridColumn column, int width)
    {
        var heading = new TableColumn(new Spectre.Console.Text(column.Heading, new Style(decoration: Decoration.Bold)))
        {
            NoWrap = true,
            Padding = new Padding(0, 0, Gap, 0),
            Width = width,
        };
        return column.IsNumber ? heading.RightAligned() : heading;
    }

    private static Spectre.Console.Text Note(List<string> left) =>
        new($"Too narrow for {string.Join(", ", left)}; --json has everything.", new Style(decoration: Decoration.Dim));
}
