namespace Timestone.Cli;

/// <summary>One thing's properties, a line each, names in a column.</summary>
internal sealed class Fields
{
    private readonly List<(string Name, string Value)> _lines = [];

    /// <summary>Adds a line, unless there is nothing to say.</summary>
    public Fields Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            _lines.Add((name, value));
        return this;
    }

    public void WriteTo(TextWriter output)
    {
        var width = _lines.Max(static line => line.Name.Length) + 2;
        foreach (var (name, value) in _lines)
            output.WriteLine($"{name.PadRight(width)}{value}");
    }
}
