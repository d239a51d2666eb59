using System.Diagnostics;
using Timestone.Bench.Engine;
using Timestone.Bench.Reporting;
using Timestone.Engine;
using Timestone.Journals.Redis;

namespace Timestone.Bench.Redis;

/// <summary>
/// The journal in Redis, in this process, one commit after the other: batches are enqueued, then leased, then completed, a
/// commit each, so that the queue keeps its depth.
/// </summary>
internal sealed class CommitBench(Report report, double seconds, int rounds, string directory)
{
    private const double DeepBar = 0.8;
    private const int FillBatch = 5000;
    private static readonly int[] Sizes = [1, 10, 100, 1000];

    public async Task RunAsync(int depth)
    {
        using var redis = await RedisProcess.StartAsync(directory).ConfigureAwait(false);
        var empty = await MeasureAsync(redis, "empty").ConfigureAwait(false);
        Report.Say($"{depth:N0} messages first");
        await FillAsync(redis, depth).ConfigureAwait(false);
        var began = Stopwatch.GetTimestamp();
        await OpenAsync(redis, static _ => Task.CompletedTask).ConfigureAwait(false);
        report.Add(
            new Figure
            {
                Name = $"commits/opening {depth:N0} messages",
                Unit = "messages/s",
                Value = depth / Stopwatch.GetElapsedTime(began).TotalSeconds,
            }
        );
        var deep = await MeasureAsync(redis, $"{depth:N0} deep").ConfigureAwait(false);
        for (var i = 0; i < Sizes.Length; i++)
            report.Add(
                new Figure
                {
                    Name = $"commits/of {Sizes[i]}/deep to empty",
                    Unit = "ratio",
                    Value = deep[i] / empty[i],
                    AtLeast = depth >= 1_000_000 ? DeepBar : null,
                }
            );
    }

    private async Task<double[]> MeasureAsync(RedisProcess redis, string where)
    {
        var medians = new double[Sizes.Length];
        await OpenAsync(
                redis,
                async load =>
                {
                    foreach (var size in Sizes)
                        await load.RunAsync(size, seconds / 2).ConfigureAwait(false);
                    for (var i = 0; i < Sizes.Length; i++)
                    {
                        var perSecond = new List<double>();
                        for (var round = 0; round < rounds; round++)
                            perSecond.Add(await load.RunAsync(Sizes[i], seconds).ConfigureAwait(false));
                        var figure = Figure.Median($"commits/of {Sizes[i]}/{where}", "commits/s", perSecond);
                        report.Add(figure);
                        report.Add(
                            new Figure
                            {
                                Name = $"commits/of {Sizes[i]}/{where}/changes",
                                Unit = "messages/s",
                                Value = figure.Value * Sizes[i],
                            }
                        );
                        medians[i] = figure.Value;
                    }
                }
            )
            .ConfigureAwait(false);
        return medians;
    }

    private static Task FillAsync(RedisProcess redis, int depth) => OpenAsync(redis, async load =>
    {
        for (var done = 0; done < depth; done += FillBatch)
            await load.EnqueueAsync(FillBatch).ConfigureAwait(false);
    });

    private static async Task OpenAsync(RedisProcess redis, Func<Load, Task> use)
    {
        var journal = RedisJournal.Open(new RedisJournalOptions { Configuration = redis.Address, Timeout = TimeSpan.FromSeconds(30) });
        await using (journal.ConfigureAwait(false))
        {
            var row = new QueueRow("bench", new QueueSettings { Retention = TimeSpan.Zero }, 0);
            var queue = (await journal.OpenAsync("bench", row).ConfigureAwait(false))!;
            await use(new Load(queue)).ConfigureAwait(false);
        }
    }

    private sealed class Load(IQueueJournal journal)
    {
        private readonly QueueEngine _engine = new(journal.Queue, journal.Epoch, journal.TakeRows());
        private readonly MessageSource _source = new(Shape.All[0]);
        private readonly ChangeBatch _changes = new();
        private int _commits;

        /// <summary>Commits per second.</summary>
        public async Task<double> RunAsync(int size, double seconds)
        {
            _commits = 0;
            var began = Stopwatch.GetTimestamp();
            var request = new DequeueRequest { Max = size };
            while (Stopwatch.GetElapsedTime(began).TotalSeconds < seconds)
            {
                await EnqueueAsync(size).ConfigureAwait(false);
                List<Message> taken = [];
                await CommitAsync(() => taken = _engine.Dequeue(request)).ConfigureAwait(false);
                await CommitAsync(() =>
                        _engine.Settle(taken.ConvertAll(static message => Settlement.Complete(message.Id, message.LeaseToken!)))
                    )
                    .ConfigureAwait(false);
            }

            return _commits / Stopwatch.GetElapsedTime(began).TotalSeconds;
        }

        public Task EnqueueAsync(int size) => CommitAsync(() => _engine.Enqueue(_source.Next(size)));

        private async Task CommitAsync(Action act)
        {
            _engine.Begin(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), _changes);
            _engine.Advance(int.MaxValue);
            act();
            await journal.CommitAsync(_changes).ConfigureAwait(false);
            _changes.Clear();
            _commits++;
        }
    }
}
