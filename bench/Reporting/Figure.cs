namespace Timestone.Bench.Reporting;

/// <summary>One measured figure, and the bar it is held against if it has one.</summary>
internal sealed record Figure
{
    /// <summary>What was measured: scenario/case/quantity.</summary>
    public required string Name { get; init; }

    /// <summary>The median of the rounds.</summary>
    public required double Value { get; init; }

    public required string Unit { get; init; }

    /// <summary>Every round's value, in order; null where there was one measurement.</summary>
    public double[]? Rounds { get; init; }

    /// <summary>
    /// The same by the measuring thread's processor time, which other processes do not disturb; null where it would say nothing.
    /// </summary>
    public double? ByCpuTime { get; init; }

    public double? AtLeast { get; init; }

    public double? AtMost { get; init; }

    public bool? Met => AtLeast is null && AtMost is null ? null : !(Value < AtLeast) && !(Value > AtMost);

    public static Figure Median(string name, string unit, IEnumerable<double> rounds)
    {
        double[] all = [.. rounds];
        return new Figure { Name = name, Unit = unit, Value = MedianOf(all), Rounds = all };
    }

    public static double MedianOf(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
