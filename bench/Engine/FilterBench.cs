using System.Diagnostics;
using System.Globalization;
using Timestone.Bench.Reporting;
using Timestone.Engine;

namespace Timestone.Bench.Engine;

/// <summary>Filters of many key sets on one engine, and what dequeues that wait cost those who enqueue, on its runner.</summary>
internal static class FilterBench
{
    private const int Dequeues = 1_000;

    // After so many the indexes that are worth it have been built, and the machine code is the final one.
    private const int TurnsToSettle = 100;

    public static async Task RunAsync(Report report, int messages, int rounds, int waits)
    {
        foreach (var single in new[] { true, false })
            KeySets(report, single, messages, rounds, messages < 100_000 ? 1 : TurnsToSettle);
        await WaitsAsync(report, rounds, waits).ConfigureAwait(false);
    }

    // One key each of a hundred, or subsets of eight keys with ten values.
    private static void KeySets(Report report, bool single, int messages, int rounds, int turnsToSettle)
    {
        var shape = single ? "single keys" : "subsets of 8 keys";
        var times = new Dictionary<int, double>();
        foreach (var count in new[] { 10, 16, 17, 100 })
        {
            var (engine, filters, changes) = Filled(single, messages, count);
            var cold = Stopwatch.StartNew();
            Turn(engine, filters, changes);
            report.Add(
                new Figure
                {
                    Name = $"{shape}/{count} key sets in turn, the first {Dequeues} dequeues",
                    Value = cold.Elapsed.TotalSeconds,
                    Unit = "s",
                }
            );
            for (var turn = 1; turn < turnsToSettle; turn++)
                Turn(engine, filters, changes);
            var all = Enumerable.Range(0, rounds).Select(_ => Turn(engine, filters, changes)).ToArray();
            times[count] = 1e6 / Figure.MedianOf(all.Select(static turn => turn.PerCpuSecond));
            report.Add(
                Figure.Median(
                    $"{shape}/{count} key sets in turn, dequeue and release",
                    "µs",
                    all.Select(static turn => 1e6 / turn.PerSecond)
                ) with
                {
                    ByCpuTime = times[count],
                }
            );
        }

        report.Add(new Figure { Name = $"{shape}/100 key sets, of 10", Value = times[100] / times[10], Unit = "ratio", AtMost = 3 });
    }

    // A thousand dequeues and releases.
    private static Meter Turn(QueueEngine engine, Metadata[] filters, ChangeBatch changes)
    {
        var meter = new Meter();
        meter.Start();
        for (var i = 0; i < Dequeues; i++)
        {
            foreach (var message in engine.Dequeue(new DequeueRequest { Filter = filters[i % filters.Length] }))
                engine.Settle([Settlement.Release(message.Id, message.LeaseToken!)]);
            engine.Build(2_000);
            changes.Clear();
        }

        meter.Stop(Dequeues);
        return meter;
    }

    private static (QueueEngine Engine, Metadata[] Filters, ChangeBatch Changes) Filled(bool single, int messages, int count)
    {
        var changes = new ChangeBatch();
        var engine = new QueueEngine(new QueueRow("bench", new QueueSettings { MaxAttempts = 1000 }, 0), 1, []);
        engine.Begin(1_700_000_000_000, changes);
        var random = new Random(1);
        var samples = new List<Metadata>();
        for (var i = 0; i < messages; i++)
        {
            var metadata = single
                ? Metadata.Of($"key{i % 100}", Text(random.Next(500)))
                : Metadata.From(Enumerable.Range(0, 8).Select(key => KeyValuePair.Create($"key{key}", Text(random.Next(10)))));
            engine.Enqueue([new NewMessage { Id = Text(i), Metadata = metadata }]);
            changes.Clear();
            if (i % (messages / 100) == (single ? i / (messages / 100) % 100 : 0) && samples.Count < 100)
                samples.Add(metadata);
        }

        var sets = random.GetItems(Enumerable.Range(1, 255).ToArray(), 255).Distinct().ToArray();
        return (
            engine,
            [
                .. samples
                    .Take(count)
                    .Select((metadata, i) => single ? metadata : Metadata.From(metadata.Where((_, key) => ((sets[i] >> key) & 1) == 1))),
            ],
            changes
        );
    }

    private static async Task WaitsAsync(Report report, int rounds, int waits)
    {
        var plans = new (string Name, Func<int, Metadata> Filter, int Count)[]
        {
            ("nobody waits", static _ => Metadata.Empty, 0),
            ($"{waits} wait for other values of one key", static i => Metadata.Of("key", $"other{i}"), waits),
            ("20 wait on other sets of keys", static i => Metadata.From([new("key", "x"), new($"key{i}", "x")]), 20),
        };
        // Rounds pair what they measure. The first is warm-up.
        var measured = Array.ConvertAll(plans, static _ => new List<Rate>());
        for (var round = -1; round < rounds; round++)
        {
            for (var i = 0; i < plans.Length; i++)
            {
                var rate = await EnqueuesAsync(plans[i].Filter, plans[i].Count).ConfigureAwait(false);
                if (round >= 0)
                    measured[i].Add(rate);
            }
        }

        for (var i = 0; i < plans.Length; i++)
        {
            report.Add(Figure.Median($"waits/{plans[i].Name}/enqueue", "/s", measured[i].Select(static rate => rate.PerSecond)));
            if (i == 0)
                continue;
            var ratios = measured[i].Zip(measured[0], static (with, without) => with.PerCpuSecond / without.PerCpuSecond);
            report.Add(
                Figure.Median($"waits/{plans[i].Name}/enqueue by processor time, of nobody", "ratio", ratios) with
                {
                    AtLeast = i == 1 ? 0.9 : null,
                }
            );
        }
    }

    // Enqueues a second, one call after the other, on a journal that only keeps count.
    private static async Task<Rate> EnqueuesAsync(Func<int, Metadata> filter, int waits)
    {
        const int Enqueues = 100_000;
        var journal = await new Timestone.Journals.Memory.MemoryJournal()
            .OpenAsync("bench", new QueueRow("bench", new QueueSettings(), 0))
            .ConfigureAwait(false);
        var runner = new QueueRunner(journal!, TimeProvider.System);
        var waiting = Enumerable
            .Range(0, waits)
            .Select(i => runner.DequeueAsync(new DequeueRequest { Filter = filter(i), Wait = Limits.MaxWait }))
            .ToArray();
        var messages = Enumerable
            .Range(0, Enqueues)
            .Select(static i => new NewMessage { Id = Text(i), Metadata = Metadata.Of("key", Text(i % 10)) })
            .ToArray();
        await runner.DepthAsync(null, Metadata.Empty).ConfigureAwait(false);
        var (watch, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        foreach (var message in messages)
            await runner.ExecuteAsync(message, static (engine, one) => engine.Enqueue([one])).ConfigureAwait(false);
        var rate = new Rate(Enqueues / watch.Elapsed.TotalSeconds, Enqueues / (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
        await runner.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(waiting).ConfigureAwait(false);
        return rate;
    }

    private readonly record struct Rate(double PerSecond, double PerCpuSecond);

    private static string Text(int value) => value.ToString("D6", CultureInfo.InvariantCulture);
}
