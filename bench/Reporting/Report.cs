using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Timestone.Bench.Reporting;

/// <summary>The figures of one run: shown as they come, at the end as a table, and kept as a file.</summary>
internal sealed class Report(string name, bool quiet = false)
{
    private readonly List<Figure> _figures = [];
    private readonly List<string> _notes = [];
    private readonly DateTimeOffset _date = DateTimeOffset.UtcNow;
    private readonly Machine _machine = Machine.Here();

    public void Add(Figure figure)
    {
        _figures.Add(figure);
        if (!quiet)
            AnsiConsole.MarkupLineInterpolated($"[grey]{figure.Name}[/] {Number(figure.Value)} {figure.Unit}");
    }

    /// <summary>Says in the file what figures do not: versions, settings, what was left out.</summary>
    public void Note(string note) => _notes.Add(note);

    /// <summary>Gives the table room where the output is no terminal.</summary>
    private const int RedirectedWidth = 150;

    public static void Say(string progress) => AnsiConsole.MarkupLineInterpolated($"[grey]… {progress}[/]");

    /// <summary>Shows the table and writes the file; 0 when every bar was met, else 1.</summary>
    public int Finish(string? directory = "bench/results")
    {
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = RedirectedWidth;
        var table = new Table().Border(TableBorder.Simple).Title($"{name}, {_machine.Cpu}, {_machine.Cores} cores, {_machine.Commit}");
        table.AddColumns(
            new TableColumn("figure"),
            Right("value"),
            new TableColumn("unit"),
            Right("by cpu time"),
            Right("bar"),
            new TableColumn("met")
        );
        foreach (var figure in _figures)
        {
            var bar = figure.AtLeast is { } least ? "≥ " + Number(least) : figure.AtMost is { } most ? "≤ " + Number(most) : "";
            table.AddRow(
                new Text(figure.Name),
                new Text(Number(figure.Value)),
                new Text(figure.Unit),
                new Text(figure.ByCpuTime is { } byCpu ? Number(byCpu) : ""),
                new Text(bar),
                new Markup(figure.Met switch { true => "[green]yes[/]", false => "[red]no[/]", _ => "" }));
        }

        AnsiConsole.Write(table);
        if (directory is not null)
            AnsiConsole.WriteLine(Write(directory));
        return _figures.Any(static figure => figure.Met == false) ? 1 : 0;
    }

    private static TableColumn Right(string title) => new TableColumn(title).RightAligned();

    private static string Number(double value) =>
        value.ToString(Math.Abs(value) >= 100 ? "N0" : "0.###", CultureInfo.InvariantCulture);

    private string Write(string directory)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{name}-{_date:yyyy-MM-dd'T'HHmm}.json"));
        using var file = File.Create(path);
        var notes = _notes.Count > 0 ? _notes : null;
        JsonSerializer.Serialize(file, new RunFile(name, _date, _machine, notes, _figures), RunFileJson.Default.RunFile);
        return path;
    }
}

internal sealed record RunFile(
    string Name,
    DateTimeOffset Date,
    Machine Machine,
    IReadOnlyList<string>? Notes,
    IReadOnlyList<Figure> Figures
);

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(RunFile))]
internal sealed partial class RunFileJson : JsonSerializerContext;
