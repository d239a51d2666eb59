using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Timestone.Bench.Reporting;
using Timestone.Engine;
using Timestone.Events;
using Timestone.Indexing.Memory;

namespace Timestone.Bench.Events;

/// <summary>
/// From commits of the file journal, through its outbox, to Kafka's acknowledgement or into the index in memory; and at a steady pace, how
/// late transitions are in the index in memory, and behind Kafka in an index that keeps nothing. All of it shares this process, but for
/// brokers that the command line names.
/// </summary>
internal sealed class OutboxBench(Report report, double seconds, int rounds, string directory, string? brokers = null)
{
    private const double RateBar = 50_000, LagBar = 1000;
    private const int CommitSize = 1000, PacedPerSecond = 5000, PacesPerSecond = 100, Warmup = 5000;
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1.0 / PacesPerSecond);

    public async Task RunAsync()
    {
        var (kafka, memory) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            kafka.Add(await ToKafkaAsync(FloodAsync).ConfigureAwait(false));
            memory.Add(await ToMemoryAsync(FloodAsync).ConfigureAwait(false));
        }

        report.Add(Figure.Median("commit to Kafka", "transitions/s", kafka) with { AtLeast = RateBar });
        report.Add(Figure.Median("commit to the index in memory", "transitions/s", memory) with { AtLeast = RateBar });
        Lag("the index in memory", await ToMemoryAsync(PacedLagAsync).ConfigureAwait(false));
        Lag("an index behind Kafka", await LagBehindKafkaAsync().ConfigureAwait(false));
    }

    private async Task<T> ToMemoryAsync<T>(Func<CommittedTransitions, CountingSink, Task<T>> measure)
    {
        var commits = await CommittedTransitions.OpenAsync(directory).ConfigureAwait(false);
        await using (commits.ConfigureAwait(false))
        {
            var sink = new CountingSink(new MemoryIndex());
            var pump = Pump(commits, OutboxStart.Earliest, sink);
            await using (pump.ConfigureAwait(false))
                return await measure(commits, sink).ConfigureAwait(false);
        }
    }

    private async Task<T> ToKafkaAsync<T>(Func<CommittedTransitions, CountingSink, Task<T>> measure)
    {
        using var kafka = new BenchBrokers(brokers);
        var commits = await CommittedTransitions.OpenAsync(directory).ConfigureAwait(false);
        await using (commits.ConfigureAwait(false))
        {
            var publisher = KafkaBench.Publisher(kafka.Topics());
            await using (publisher.ConfigureAwait(false))
            {
                var sink = new CountingSink(publisher);
                var pump = Pump(commits, OutboxStart.Acknowledged, sink);
                await using (pump.ConfigureAwait(false))
                    return await measure(commits, sink).ConfigureAwait(false);
            }
        }
    }

    // As fast as can be committed, until all of it has arrived. Connecting is not measured.
    private async Task<double> FloodAsync(CommittedTransitions commits, CountingSink sink)
    {
        await commits.CommitAsync(Warmup).ConfigureAwait(false);
        await sink.ReachAsync(Warmup).ConfigureAwait(false);
        var began = Stopwatch.GetTimestamp();
        var count = 0L;
        for (; Stopwatch.GetElapsedTime(began).TotalSeconds < seconds; count += CommitSize)
            await commits.CommitAsync(CommitSize).ConfigureAwait(false);
        await sink.ReachAsync(Warmup + count).ConfigureAwait(false);
        return count / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private async Task<double[]> PacedLagAsync(CommittedTransitions commits, CountingSink sink)
    {
        await sink.ReachAsync(await PacedAsync(commits).ConfigureAwait(false)).ConfigureAwait(false);
        return sink.Latencies.Percentiles(0.5, 0.99);
    }

    private async Task<double[]> LagBehindKafkaAsync()
    {
        using var kafka = new BenchBrokers(brokers);
        var options = kafka.Topics();
        var index = new CountingIndex(Warmup + (int)(PacedPerSecond * seconds), Warmup);
        var commits = await CommittedTransitions.OpenAsync(directory).ConfigureAwait(false);
        await using var ended = commits.ConfigureAwait(false);
        var publisher = KafkaBench.Publisher(options);
        await using var closed = publisher.ConfigureAwait(false);
        var indexer = KafkaBench.Indexer(options, index);
        await using var left = indexer.ConfigureAwait(false);
        await indexer.StartAsync().ConfigureAwait(false);
        var pump = Pump(commits, OutboxStart.Acknowledged, publisher);
        await using var stopped = pump.ConfigureAwait(false);
        await commits.CommitAsync(Warmup).ConfigureAwait(false);
        await index.Begun.ConfigureAwait(false);
        index.ForgetLatencies();
        await PacedAsync(commits).ConfigureAwait(false);
        await index.Taken.ConfigureAwait(false);
        return index.Percentiles(0.5, 0.99);
    }

    private async Task<int> PacedAsync(CommittedTransitions commits)
    {
        var total = (int)(PacedPerSecond * seconds);
        var began = Stopwatch.GetTimestamp();
        for (var sent = 0; sent < total;)
        {
            var due = Math.Min(total, (int)(Stopwatch.GetElapsedTime(began).TotalSeconds * PacedPerSecond));
            if (due > sent)
                await commits.CommitAsync(due - sent).ConfigureAwait(false);
            sent = due;
            await Task.Delay(Pace).ConfigureAwait(false);
        }

        return total;
    }

    private static OutboxPump Pump(CommittedTransitions commits, OutboxStart start, IOutboxSink sink) =>
        new("bench", commits.Outbox, start, sink, NullLogger<OutboxPump>.Instance);

    private void Lag(string where, double[] lag)
    {
        report.Add(new Figure { Name = $"lag at {PacedPerSecond}/s of {where}/p50", Unit = "ms", Value = lag[0] });
        report.Add(new Figure { Name = $"lag at {PacedPerSecond}/s of {where}/p99", Unit = "ms", Value = lag[1], AtMost = LagBar });
    }
}
