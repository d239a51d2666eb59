namespace Timestone.Cli;

/// <summary>A column of a <see cref="Grid"/>.</summary>
/// <param name="Heading">What stands over it.</param>
/// <param name="GivesWay">Where a terminal is too narrow, columns are left out: the highest number first, 0 never.</param>
internal sealed record GridColumn(string Heading, int GivesWay = 0)
{
    /// <summary>Whether its cells are numbers, which stand at the right.</summary>
    public bool IsNumber { get; init; }

    /// <summary>Whether its cells may be cut, before any column is left out.</summary>
    public bool IsText { get; init; }
}
