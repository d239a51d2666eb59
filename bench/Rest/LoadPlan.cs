namespace Timestone.Bench.Rest;

/// <summary>What a load generator is to do.</summary>
internal sealed record LoadPlan
{
    public required int Port { get; init; }

    public required double WarmupSeconds { get; init; }

    public required double Seconds { get; init; }

    public required IReadOnlyList<LoadGroupPlan> Groups { get; init; }
}
