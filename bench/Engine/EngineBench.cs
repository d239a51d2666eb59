using Timestone.Bench.Reporting;

namespace Timestone.Bench.Engine;

/// <summary>The engine alone: no runner, no journal, one thread.</summary>
internal static class EngineBench
{
    private const int BarDepth = 1_000_000;

    public sealed record Options(IReadOnlyList<int> Depths, int Rounds, int RoundMessages, string? Only, string[] Parts)
    {
        public IEnumerable<Shape> Shapes => Shape.All.Where(shape => Only is null || shape.Name.StartsWith(Only, StringComparison.Ordinal));
    }

    public static void Run(Report report, Options options)
    {
        var deep = Math.Min(BarDepth, options.Depths.Max());
        foreach (var part in options.Parts)
        {
            switch (part)
            {
                case "rates":
                    foreach (var shape in options.Shapes)
                        Rates(report, shape, options, commandSize: 100);
                    break;
                case "single":
                    foreach (var shape in options.Shapes.Where(static shape => shape.Pairs == 0))
                        Rates(report, shape, options with { Depths = [0, deep] }, commandSize: 1);
                    break;
                case "memory":
                    foreach (var shape in options.Shapes.Where(static shape => shape.Exclusive || shape.Pairs == 0))
                        report.Add(MemoryCost.Measure(shape, deep));
                    break;
                default:
                    throw new ArgumentException($"There is no part '{part}'.", nameof(options));
            }
        }
    }

    // All depths are alive at once and take turns, so that a ratio compares what ran side by side.
    private static void Rates(Report report, Shape shape, Options options, int commandSize)
    {
        Report.Say($"{shape.Name}: filling");
        var loads = options
            .Depths.Select(depth => (Depth: depth, Load: new EngineLoad(shape, depth), Rounds: new List<EngineLoad.Round>()))
            .ToArray();
        foreach (var (_, load, _) in loads)
            load.Run(options.RoundMessages, commandSize);
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var (_, load, rounds) in loads)
                rounds.Add(load.Run(options.RoundMessages, commandSize));
        }

        foreach (var (depth, _, rounds) in loads)
        {
            var name = $"{shape.Name}{(commandSize == 1 ? ", one by one" : "")}/{Short(depth)}";
            Add(
                report,
                $"{name}/enqueue",
                1_000_000,
                depth,
                [.. rounds.Select(static round => round.Enqueue)],
                [.. loads[0].Rounds.Select(static round => round.Enqueue)]
            );
            Add(
                report,
                $"{name}/dequeue+complete",
                500_000,
                depth,
                [.. rounds.Select(static round => round.Dequeue)],
                [.. loads[0].Rounds.Select(static round => round.Dequeue)]
            );
        }
    }

    private static void Add(Report report, string name, double bar, int depth, Meter[] rounds, Meter[] emptyRounds)
    {
        report.Add(Figure.Median(name, "/s", rounds.Select(static round => round.PerSecond)) with
        {
            ByCpuTime = Figure.MedianOf(rounds.Select(static round => round.PerCpuSecond)),
            AtLeast = depth == BarDepth ? bar : null,
        });
        report.Add(Figure.Median($"{name}, allocated", "bytes", rounds.Select(static round => round.BytesPerOperation)));
        report.Add(Figure.Median($"{name}, in collector's pauses", "share", rounds.Select(static round => round.PauseShare)));
        if (rounds == emptyRounds || depth == 0)
            return;
        report.Add(
            Figure.Median(
                $"{name}, of empty",
                "ratio",
                rounds.Zip(emptyRounds, static (deep, empty) => deep.PerSecond / empty.PerSecond)
            ) with
            {
                ByCpuTime = Figure.MedianOf(rounds.Zip(emptyRounds, static (deep, empty) => deep.PerCpuSecond / empty.PerCpuSecond)),
                AtLeast = depth == BarDepth ? 0.8 : null,
            }
        );
    }

    private static string Short(int depth) => depth switch
    {
        0 => "empty",
        >= 1_000_000 => $"{depth / 1_000_000}M",
        >= 1_000 => $"{depth / 1_000}k",
        _ => $"{depth}",
    };
}
