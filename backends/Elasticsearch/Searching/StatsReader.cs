using System.Text.Json;
using System.Text.Json.Nodes;

namespace Timestone.Backends.Elasticsearch;

/// <summary>Computes the figures of queues: what they hold from the current index, what happened from the historic ones.</summary>
internal sealed class StatsReader(ElasticsearchConnection connection)
{
    // A histogram that keeps two digits of each value, so that each percentile is within 1 %. The other way that Elasticsearch has
    // is exact in ranks and not in values.
    private static readonly JsonObject Percentiles = new()
    {
        ["time"] = new JsonObject
        {
            ["percentiles"] = new JsonObject
            {
                ["field"] = "millisInFrom",
                ["percents"] = new JsonArray(50, 95, 99),
                ["keyed"] = false,
                ["hdr"] = new JsonObject { ["number_of_significant_value_digits"] = 2 },
            },
        },
    };

    private static readonly JsonObject Missed = new()
    {
        ["missed"] = new JsonObject { ["filter"] = Query.Is("missedDeadline", true) },
    };

    private readonly SortedDictionary<string, QueueFigures> _queues = new(StringComparer.Ordinal);

    public async Task<IReadOnlyList<IndexedQueueStats>> ReadAsync(string? queue, CancellationToken cancellationToken)
    {
        var query = queue is null ? Query.All() : Query.All(Query.Is("queue", queue));
        var (current, historic) = (connection.Names.Current, connection.Names.Historic);
        await foreach (var group in Buckets.ReadAsync(connection, current, query, ["queue", "state"], null, cancellationToken).ConfigureAwait(false))
            Figures(group).Counts[(int)Key(group, "state").Deserialize(DocumentJson.Default.MessageState)] = Count(group);
        // Removals end no stay: they come by themselves, and of most messages nothing tells them.
        await foreach (var group in Buckets.ReadAsync(connection, historic, Query.All(query, Query.Between("millisInFrom", 0, null)), ["queue", "from"], Percentiles, cancellationToken).ConfigureAwait(false))
            Figures(group).Times.Add(TimeOf(group));
        await foreach (var group in Buckets.ReadAsync(connection, historic, query, ["queue", "cause"], Missed, cancellationToken).ConfigureAwait(false))
            Figures(group).Add(Key(group, "cause").Deserialize(DocumentJson.Default.TransitionCause), Count(group), Count(group.GetProperty("missed")));
        return [.. _queues.Select(static each => each.Value.ToStats(each.Key))];
    }

    private QueueFigures Figures(JsonElement group)
    {
        var queue = Key(group, "queue").GetString()!;
        if (!_queues.TryGetValue(queue, out var figures))
            _queues.Add(queue, figures = new QueueFigures());
        return figures;
    }

    private static TimeInState TimeOf(JsonElement group)
    {
        var values = group.GetProperty("time").GetProperty("values").EnumerateArray()
            .ToDictionary(static value => (int)value.GetProperty("key").GetDouble(), static value => TimeSpan.FromMilliseconds((long)Math.Round(value.GetProperty("value").GetDouble())));
        return new TimeInState
        {
            State = Key(group, "from").Deserialize(DocumentJson.Default.MessageState),
            Count = Count(group),
            P50 = values[50],
            P95 = values[95],
            P99 = values[99],
        };
    }

    private static JsonElement Key(JsonElement group, string field) => group.GetProperty("key").GetProperty(field);

    private static long Count(JsonElement group) => group.GetProperty("doc_count").GetInt64();

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
