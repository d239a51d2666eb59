using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary>All queues at one time.</summary>
internal sealed record TopFrame([property: JsonConverter(typeof(Rfc3339Converter))] DateTimeOffset At, IReadOnlyList<QueueStats> Queues)
{
    private const int Parallelism = 8;

    /// <summary>Asks the server; without names, for all its queues. A queue that was deleted is left out.</summary>
    public static async Task<TopFrame> ReadAsync(
        ITimestone timestone,
        IReadOnlyList<string> names,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        if (names.Count == 0)
            names =
            [
                .. (await Paging.AllQueuesAsync(timestone, cancellationToken).ConfigureAwait(false)).Queues.Select(static queue =>
                    queue.Name
                ),
            ];
        var stats = new QueueStats?[names.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel
            .ForAsync(
                0,
                names.Count,
                options,
                async (i, token) => stats[i] = await FindAsync(timestone, names[i], token).ConfigureAwait(false)
            )
            .ConfigureAwait(false);
        return new TopFrame(time.GetUtcNow(), [.. stats.OfType<QueueStats>()]);
    }

    /// <summary>The frame as a table.</summary>
    public Grid ToGrid()
    {
        var grid = new Grid(
            new("QUEUE"),
            new("PENDING") { IsNumber = true },
            new("INVISIBLE", GivesWay: 5) { IsNumber = true },
            new("RUNNING") { IsNumber = true },
            new("ERRORED", GivesWay: 1) { IsNumber = true },
            new("IN/S", GivesWay: 3) { IsNumber = true },
            new("OUT/S", GivesWay: 7) { IsNumber = true },
            new("DONE/S", GivesWay: 4) { IsNumber = true },
            new("FAIL/S", GivesWay: 6) { IsNumber = true },
            new("OLDEST", GivesWay: 2) { IsNumber = true },
            new("LATE", GivesWay: 8) { IsNumber = true });
        foreach (var stats in Queues)
        {
            var (counts, rates) = (stats.Counts, stats.Rates);
            grid.Add(
                stats.Queue,
                Text.Number(counts.Pending),
                Text.Number(counts.Invisible),
                Text.Number(counts.Running),
                Text.Number(counts.Errored),
                Text.Rate(rates.Enqueued),
                Text.Rate(rates.Dequeued),
                Text.Rate(rates.Completed),
                Text.Rate(rates.Failed),
                QueueView.OldestOf(stats),
                QueueView.LatenessOf(stats.Lateness));
        }

        return grid;
    }

    // A queue that was deleted since the list was read is no error.
    private static async Task<QueueStats?> FindAsync(ITimestone timestone, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await timestone.GetStatsAsync(name, cancellationToken).ConfigureAwait(false);
        }
        catch (TimestoneException missing) when (missing.Code == ErrorCode.QueueNotFound)
        {
            return null;
        }
    }
}
