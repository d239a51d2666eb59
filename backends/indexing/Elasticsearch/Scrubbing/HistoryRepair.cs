using System.Globalization;
using System.Text.Json;
using Elastic.Clients.Elasticsearch;
using Elastic.Clients.Elasticsearch.Aggregations;
using Elastic.Clients.Elasticsearch.Core.Search;
using Elastic.Clients.Elasticsearch.QueryDsl;
using Timestone.Events;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>
/// Finds versions that the histories of messages lack, and reads them again from where they were published, while they are there. No queue
/// keeps its history. So what is nowhere any more stays lost, and histories say that they are incomplete.
/// </summary>
/// <remarks>
/// The archive holds everything that was published, so it is read once at the end of a comparison, for all that was found to be missing.
/// What it did not have the last time it is not asked for again.
/// </remarks>
/// <param name="connection">Where the indices are.</param>
/// <param name="archive">Where transitions are read again; null for nowhere.</param>
/// <param name="found">Told each difference.</param>
/// <param name="goesOn">Whether the comparison goes on.</param>
internal sealed class HistoryRepair(
    ElasticsearchConnection connection,
    ITransitionArchive? archive,
    Action<Difference> found,
    Func<bool> goesOn
)
{
    // What a search answers at the most.
    private const int MostVersions = 10_000;

    // Transitions that one comparison looks for, and messages whose lost ones are remembered.
    private const int MostWanted = 100_000, MostLost = 100_000;

    // To read an event and pass over it is little beside the comparison of a message.
    private const double WorkPerRecord = 0.05;

    // Clocks of queues and of Kafka's clients can be apart.
    private static readonly TimeSpan ClockMargin = TimeSpan.FromMinutes(10);

    private readonly ElasticsearchIndexWriter _writer = new(connection);
    private readonly Dictionary<(string Message, string Life, int Version), Hole> _wanted = [];

    // How many transitions of a life are lost: as far as is known, and as this comparison has found.
    private Dictionary<string, int> _lost = new(StringComparer.Ordinal);
    private Dictionary<string, int> _lostNow = new(StringComparer.Ordinal);

    /// <summary>Begins a comparison.</summary>
    public void Begin()
    {
        _wanted.Clear();
        _lostNow = new(StringComparer.Ordinal);
    }

    /// <summary>Which of some messages of one queue have fewer transitions in the historic indices than versions.</summary>
    public async Task<List<Hole>> FindAsync(string queue, IReadOnlyList<IndexedMessage> held, CancellationToken cancellationToken)
    {
        if (held.Count == 0)
            return [];
        var search = new SearchRequest(connection.Names.Historic)
        {
            Size = 0,
            Query = Queries.All(
                Queries.Is("queue", queue),
                new TermsQuery("life", new TermsQueryField([.. held.Select(static message => (FieldValue)message.Life)]))
            ),
            Aggregations = new Dictionary<string, Aggregation>
            {
                ["lives"] = new TermsAggregation { Field = "life", Size = held.Count },
            },
        };
        var answer = await connection
            .PersistAsync((requests, stop) => requests.SearchAsync(search, stop), cancellationToken)
            .ConfigureAwait(false);
        var counts =
            answer
                .Aggregations?.GetStringTerms("lives")
                ?.Buckets.ToDictionary(static life => (string)life.Key.Value!, static life => life.DocCount, StringComparer.Ordinal)
            ?? [];
        return [.. held.Where(message => counts.GetValueOrDefault(message.Life) < message.Version).Select(Hole.Of)];
    }

    /// <summary>Looks again at messages that lacked versions. What they lack still is wanted, unless it is known to be lost.</summary>
    /// <returns>How many messages are left for another comparison.</returns>
    /// <exception cref="IOException">Elasticsearch cannot be reached or refuses.</exception>
    public async Task<int> JudgeAsync(IReadOnlyList<Hole> holes, Pace pace, CancellationToken cancellationToken)
    {
        await connection.Requests.RefreshAsync(connection.Names.HistoricPattern, cancellationToken).ConfigureAwait(false);
        var left = holes.Count;
        foreach (var hole in holes)
        {
            if (!goesOn() || _wanted.Count >= MostWanted)
                break;
            left--;
            await pace.TakeAsync(1, cancellationToken).ConfigureAwait(false);
            var versions = await MissingAsync(hole, cancellationToken).ConfigureAwait(false);
            if (versions.Count > 0 && _lost.GetValueOrDefault(NameOf(hole.Message, hole.Life)) == versions.Count)
                Lose(hole, versions);
            else
                versions.ForEach(version => _wanted[(hole.Message, hole.Life, version)] = hole);
        }

        return left;
    }

    /// <summary>Brings back what is wanted and still published: the end of a comparison.</summary>
    /// <returns>How many messages are left for another comparison.</returns>
    /// <exception cref="IOException">Elasticsearch or the archive cannot be reached or refuses.</exception>
    public async Task<int> RestoreAsync(Pace pace, CancellationToken cancellationToken)
    {
        if (!await ReadAgainAsync(pace, cancellationToken).ConfigureAwait(false))
            return _wanted.Values.Distinct().Count();
        foreach (var life in _wanted.GroupBy(static each => each.Value, static each => each.Key.Version))
            Lose(life.Key, [.. life]);
        _wanted.Clear();
        _lost = _lostNow;
        return 0;
    }

    private void Lose(Hole hole, List<int> versions)
    {
        if (_lostNow.Count < MostLost)
            _lostNow[NameOf(hole.Message, hole.Life)] = versions.Count;
        versions.ForEach(version => Tell(hole, version, isRepaired: false));
    }

    private void Tell(Hole hole, int version, bool isRepaired) =>
        found(new Difference(hole.Queue, hole.Id, DifferenceKind.Transition, version, isRepaired));

    // What is older than the indices are kept may be gone as it should.
    private async Task<List<int>> MissingAsync(Hole hole, CancellationToken cancellationToken)
    {
        var search = new SearchRequest(connection.Names.Historic)
        {
            Size = MostVersions,
            Query = Queries.All(Queries.Is("queue", hole.Queue), Queries.Is("life", hole.Life)),
            Source = new SourceConfig(new SourceFilter { Includes = "version" }),
        };
        var answer = await connection
            .PersistAsync((requests, stop) => requests.SearchAsync(search, stop), cancellationToken)
            .ConfigureAwait(false);
        var there = answer.Hits.Select(static hit => VersionOf(hit.Source)).OfType<int>().ToHashSet();
        var oldest = connection.Time.GetUtcNow() - connection.Options.HistoricRetention;
        var first =
            hole.EnqueuedAt >= oldest ? 1
            : there.Count > 0 ? there.Min()
            : hole.UpdatedAt >= oldest ? hole.Version
            : hole.Version + 1;
        return hole.Version < first
            ? []
            : [.. Enumerable.Range(first, hole.Version - first + 1).Where(version => !there.Contains(version))];
    }

    // Somebody else may have written what is no transition.
    private static int? VersionOf(JsonElement source) =>
        source.ValueKind == JsonValueKind.Object
        && source.TryGetProperty("version", out var version)
        && version.ValueKind == JsonValueKind.Number
        && version.TryGetInt32(out var number)
            ? number
            : null;

    // Whether it came to the end. What was brought back is not wanted any more.
    private async Task<bool> ReadAgainAsync(Pace pace, CancellationToken cancellationToken)
    {
        if (archive is null || _wanted.Count == 0)
            return true;
        var events = new List<StreamEvent>();
        var messages = _wanted.Values.Select(static hole => hole.Message).ToHashSet(StringComparer.Ordinal);
        var since = _wanted.Values.Min(static hole => hole.EnqueuedAt) - ClockMargin;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await foreach (var read in archive.ReadAsync(messages, since, PauseAsync, ending.Token).ConfigureAwait(false))
            {
                if (read.Transition is not { To: not null } transition || !_wanted.ContainsKey(KeyOf(transition)))
                    continue;
                events.Add(read);
                if (events.Count == Limits.MaxPage)
                    await WriteAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }

        await WriteAsync().ConfigureAwait(false);
        return true;

        async ValueTask PauseAsync(int records, CancellationToken stop)
        {
            if (!goesOn())
                await ending.CancelAsync().ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            await pace.TakeAsync(records * WorkPerRecord, stop).ConfigureAwait(false);
        }

        async Task WriteAsync()
        {
            if (events.Count == 0)
                return;
            var rejected = await _writer.WriteAsync(events, cancellationToken).ConfigureAwait(false);
            var unwritten = rejected.Select(static each => each.Event).ToHashSet<StreamEvent>(ReferenceEqualityComparer.Instance);
            foreach (var written in events.Where(each => !unwritten.Contains(each)))
            {
                if (_wanted.Remove(KeyOf(written.Transition!), out var hole))
                    Tell(hole, written.Transition!.Version, isRepaired: true);
            }

            events.Clear();
        }
    }

    private static (string Message, string Life, int Version) KeyOf(Transition transition) =>
        ($"{transition.Queue}/{transition.Id}", transition.Life, transition.Version);

    private static string NameOf(string message, string life) => string.Create(CultureInfo.InvariantCulture, $"{message}/{life}");
}
