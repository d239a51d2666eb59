using Spectre.Console;
using Spectre.Console.Rendering;

namespace Timestone.Cli;

/// <summary>Rows under headings, without lines: as readable for a person as for <c>awk</c>.</summary>
internal sealed class Grid
{
    private readonly Table _table = new() { Border = TableBorder.None };

    public Grid(params string[] headings)
    {
        for (var i = 0; i < headings.Length; i++)
        {
            // A heading that begins with '>' stands over a column of numbers.
            var right = headings[i].StartsWith('>');
            var column = new TableColumn(new Spectre.Console.Text(headings[i].TrimStart('>'), new Style(decoration: Decoration.Bold))) { NoWrap = true, Padding = new Padding(0, 0, 2, 0) };
            _table.AddColumn(right ? column.RightAligned() : column);
        }
    }

    /// <summary>What Spectre draws.</summary>
    public IRenderable Renderable => _table;

    public void Add(params string[] cells) => _table.AddRow(cells.Select(static cell => new Spectre.Console.Text(cell) { Overflow = Overflow.Ellipsis }));

    public void WriteTo(CliHost host) => Terminal.Out(host).Write(_table);
}
