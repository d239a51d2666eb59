using System.Globalization;
using Elastic.Clients.Elasticsearch;
using Elastic.Clients.Elasticsearch.Aggregations;
using Elastic.Clients.Elasticsearch.Core.Search;
using Elastic.Clients.Elasticsearch.QueryDsl;
using Timestone.Backends.Events;

namespace Timestone.Backends.Elasticsearch;

/// <summary>
/// Finds versions that the histories of messages lack, and reads them again from where they were published, while they are there. No queue keeps
/// its history. So what is nowhere any more stays lost, and histories say that they are incomplete.
/// </summary>
internal sealed class HistoryRepair(ElasticsearchConnection connection, ITransitionArchive? archive, Action<Difference> found)
{
    // What a search answers at the most.
    private const int MostVersions = 10_000;

    // Messages whose lost transitions are remembered, so that they are not looked for again and again.
    private const int MostLost = 100_000;

    // To read an event and pass over it is little beside the comparison of a message.
    private const double WorkPerRecord = 0.05;

    // Clocks of queues and of Kafka's clients can be apart.
    private static readonly TimeSpan ClockMargin = TimeSpan.FromMinutes(10);

    private readonly ElasticsearchIndexWriter _writer = new(connection);
    private readonly Dictionary<string, int> _lost = new(StringComparer.Ordinal);

    /// <summary>Which of some messages of one queue have fewer transitions in the historic indices than versions.</summary>
    public async Task<List<Hole>> FindAsync(string queue, IReadOnlyList<IndexedMessage> held, CancellationToken cancellationToken)
    {
        if (held.Count == 0)
            return [];
        var search = new SearchRequest(connection.Names.Historic)
        {
            Size = 0,
            Query = Queries.All(Queries.Is("queue", queue), new TermsQuery("life", new TermsQueryField([.. held.Select(static message => (FieldValue)message.Life)]))),
            Aggregations = new Dictionary<string, Aggregation> { ["lives"] = new TermsAggregation { Field = "life", Size = held.Count } },
        };
        var answer = await connection.PersistAsync((requests, stop) => requests.SearchAsync(search, stop), cancellationToken).ConfigureAwait(false);
        var counts = answer.Aggregations?.GetStringTerms("lives")?.Buckets.ToDictionary(static life => (string)life.Key.Value!, static life => life.DocCount, StringComparer.Ordinal) ?? [];
        return [.. held.Where(message => counts.GetValueOrDefault(message.Life) < message.Version).Select(Hole.Of)];
    }

    /// <summary>Looks again at messages that lacked versions, and brings back what there is.</summary>
    /// <exception cref="IOException">Elasticsearch or the archive cannot be reached or refuses.</exception>
    public async Task RunAsync(IReadOnlyList<Hole> holes, Pace pace, CancellationToken cancellationToken)
    {
        if (holes.Count == 0)
            return;
        await connection.Requests.RefreshAsync(connection.Names.HistoricPattern, cancellationToken).ConfigureAwait(false);
        var missing = new Dictionary<(string Message, string Life, int Version), Hole>();
        foreach (var hole in holes)
        {
            await pace.TakeAsync(1, cancellationToken).ConfigureAwait(false);
            foreach (var version in await MissingAsync(hole, cancellationToken).ConfigureAwait(false))
                missing.TryAdd((hole.Message, hole.Life, version), hole);
        }

        var restored = await RestoreAsync(missing, pace, cancellationToken).ConfigureAwait(false);
        foreach (var ((_, _, version), hole) in missing)
            found(new Difference(hole.Queue, hole.Id, DifferenceKind.Transition, version, restored.Contains((hole.Message, hole.Life, version))));
        Remember(missing.Keys.Where(key => !restored.Contains(key)));
    }

    // What is older than the indices are kept may be gone as it should.
    private async Task<IEnumerable<int>> MissingAsync(Hole hole, CancellationToken cancellationToken)
    {
        var search = new SearchRequest(connection.Names.Historic)
        {
            Size = MostVersions,
            Query = Queries.All(Queries.Is("queue", hole.Queue), Queries.Is("life", hole.Life)),
            Source = new SourceConfig(new SourceFilter { Includes = "version" }),
        };
        var answer = await connection.PersistAsync((requests, stop) => requests.SearchAsync(search, stop), cancellationToken).ConfigureAwait(false);
        var there = answer.Hits.Select(static hit => hit.Source.GetProperty("version").GetInt32()).ToHashSet();
        var oldest = connection.Time.GetUtcNow() - connection.Options.HistoricRetention;
        var first = hole.EnqueuedAt >= oldest ? 1 : there.Count > 0 ? there.Min() : hole.UpdatedAt >= oldest ? hole.Version : hole.Version + 1;
        return hole.Version < first ? [] : Enumerable.Range(first, hole.Version - first + 1).Where(version => !there.Contains(version));
    }

    private async Task<HashSet<(string, string, int)>> RestoreAsync(
        Dictionary<(string Message, string Life, int Version), Hole> missing, Pace pace, CancellationToken cancellationToken)
    {
        var restored = new HashSet<(string, string, int)>();
        var wanted = missing.GroupBy(static each => (each.Key.Message, each.Key.Life), static each => each.Value)
            .Where(life => _lost.GetValueOrDefault(NameOf(life.Key.Message, life.Key.Life)) != life.Count())
            .Select(static life => life.First()).ToList();
        if (archive is null || wanted.Count == 0)
            return restored;
        var events = new List<StreamEvent>();
        var messages = wanted.Select(static hole => hole.Message).ToHashSet(StringComparer.Ordinal);
        var since = wanted.Min(static hole => hole.EnqueuedAt) - ClockMargin;
        await foreach (var read in archive.ReadAsync(messages, since, (records, stop) => pace.TakeAsync(records * WorkPerRecord, stop), cancellationToken).ConfigureAwait(false))
        {
            if (read.Transition is not { To: not null } told || !missing.ContainsKey(KeyOf(told)) || !restored.Add(KeyOf(told)))
                continue;
            events.Add(read);
            if (events.Count == Limits.MaxPage)
                await WriteAsync().ConfigureAwait(false);
        }

        await WriteAsync().ConfigureAwait(false);
        return restored;

        async Task WriteAsync()
        {
            if (events.Count == 0)
                return;
            foreach (var rejected in await _writer.WriteAsync(events, cancellationToken).ConfigureAwait(false))
                restored.Remove(KeyOf(rejected.Event.Transition!));
            events = [];
        }
    }

    private void Remember(IEnumerable<(string Message, string Life, int Version)> missing)
    {
        if (_lost.Count >= MostLost)
            _lost.Clear();
        foreach (var life in missing.GroupBy(static each => NameOf(each.Message, each.Life)))
            _lost[life.Key] = life.Count();
    }

    private static (string Message, string Life, int Version) KeyOf(Transition told) => ($"{told.Queue}/{told.Id}", told.Life, told.Version);

    private static string NameOf(string message, string life) => string.Create(CultureInfo.InvariantCulture, $"{message}/{life}");
}
