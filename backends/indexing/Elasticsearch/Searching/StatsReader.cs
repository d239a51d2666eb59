using System.Text.Json;
using Elastic.Clients.Elasticsearch.Aggregations;
using Timestone.Json;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>Computes the figures of queues: what they hold from the current index, what happened from the historic ones.</summary>
internal sealed class StatsReader(ElasticsearchConnection connection)
{
    // A histogram that keeps two digits of each value, so that each percentile is within 1 %. The other way that Elasticsearch has
    // is exact in ranks and not in values.
    private static readonly Dictionary<string, Aggregation> Percentiles = new()
    {
        ["time"] = new PercentilesAggregation
        {
            Field = "millisInFrom",
            Percents = [50, 95, 99],
            Hdr = new HdrMethod { NumberOfSignificantValueDigits = 2 },
        },
    };

    private static readonly Dictionary<string, Aggregation> Missed = new()
    {
        ["missed"] = new() { Filter = Queries.Is("missedDeadline", true) },
    };

    private readonly SortedDictionary<string, QueueFigures> _queues = new(StringComparer.Ordinal);

    public async Task<IReadOnlyList<IndexedQueueStats>> ReadAsync(string? queue, CancellationToken cancellationToken)
    {
        var query = queue is null ? Queries.All() : Queries.All(Queries.Is("queue", queue));
        var (current, historic) = (connection.Names.Current, connection.Names.Historic);
        await foreach (
            var group in Buckets.ReadAsync(connection, current, query, ["queue", "state"], null, cancellationToken).ConfigureAwait(false)
        )
            Figures(group).Counts[(int)Key<MessageState>(group, "state")] = group.DocCount;
        // Removals end no stay: they come by themselves, and of most messages nothing tells them.
        await foreach (
            var group in Buckets
                .ReadAsync(
                    connection,
                    historic,
                    Queries.All(query, Queries.Between("millisInFrom", 0, null)),
                    ["queue", "from"],
                    Percentiles,
                    cancellationToken
                )
                .ConfigureAwait(false)
        )
            Figures(group).Times.Add(TimeOf(group));
        await foreach (
            var group in Buckets.ReadAsync(connection, historic, query, ["queue", "cause"], Missed, cancellationToken).ConfigureAwait(false)
        )
            Figures(group)
                .Add(Key<TransitionCause>(group, "cause"), group.DocCount, group.Aggregations!.GetFilter("missed")!.DocCount);
        return [.. _queues.Select(static each => each.Value.ToStats(each.Key))];
    }

    private QueueFigures Figures(CompositeBucket group)
    {
        var queue = Text(group, "queue");
        if (!_queues.TryGetValue(queue, out var figures))
            _queues.Add(queue, figures = new QueueFigures());
        return figures;
    }

    private static TimeInState TimeOf(CompositeBucket group)
    {
        var values = group
            .Aggregations!.GetHdrPercentiles("time")!
            .Values.ToDictionary(
                static value => (int)value.Key,
                static value => TimeSpan.FromMilliseconds((long)Math.Round(value.Value!.Value))
            );
        return new TimeInState
        {
            State = Key<MessageState>(group, "from"),
            Count = group.DocCount,
            P50 = values[50],
            P95 = values[95],
            P99 = values[99],
        };
    }

    private static T Key<T>(CompositeBucket group, string field)
        where T : struct, Enum =>
        EnumNames.Find<T>(Text(group, field)) ?? throw new JsonException($"'{Text(group, field)}' is no value of {field}.");

    private static string Text(CompositeBucket group, string field) => (string)group.Key[field].Value!;

    private sealed class QueueFigures
    {
        public long[] Counts { get; } = new long[Enum.GetValues<MessageState>().Length];

        public List<TimeInState> Times { get; } = [];

        private long _failures;
        private long _expirations;
        private long _missed;

        public void Add(TransitionCause cause, long count, long missed)
        {
            if (cause == TransitionCause.Fail)
                _failures += count;
            if (cause == TransitionCause.Expire)
                _expirations += count;
            _missed += missed;
        }

        public IndexedQueueStats ToStats(string queue) => new()
        {
            Queue = queue,
            Counts = new StateCounts(Counts[0], Counts[1], Counts[2], Counts[3], Counts[4], Counts[5]),
            TimeInState = [.. Times.OrderBy(static time => time.State)],
            Failures = _failures,
            Expirations = _expirations,
            MissedDeadlines = _missed,
        };
    }
}
