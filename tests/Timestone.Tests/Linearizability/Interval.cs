namespace Timestone.Tests.Linearizability;

/// <summary>What is known of a number: it is in between, bounds included.</summary>
internal readonly record struct Interval(long Low, long High)
{
    public static Interval Exactly(long value) => new(value, value);

    public bool IsEmpty => Low > High;

    public bool IsExact => Low == High;

    public bool Contains(long value) => value >= Low && value <= High;

    public Interval And(Interval other) => new(Math.Max(Low, other.Low), Math.Min(High, other.High));

    public Interval Plus(Interval other) => new(Low + other.Low, High + other.High);

    public Interval Plus(long length) => new(Low + length, High + length);

    public Interval UpTo(long high) => this with { High = Math.Min(High, high) };
}
