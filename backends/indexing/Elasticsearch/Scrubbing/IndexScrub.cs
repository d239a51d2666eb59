using System.Runtime.CompilerServices;
using System.Text.Json;
using Elastic.Clients.Elasticsearch;
using Elastic.Clients.Elasticsearch.Core.Search;
using Timestone.Engine;
using Timestone.Events;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>
/// Compares what the queues hold with the indices in Elasticsearch, message by message, while both go on, and puts right what differs. A
/// message is known by its life, so that one of a queue that was deleted and made again is another one. What no queue holds is removed, so
/// only the index that is marked as this service's is compared.
/// </summary>
/// <remarks>
/// Why what is on its way is no difference:
/// 1. Each message of a queue is looked up in the index by its document's id, which answers what was written last. Each message of the
/// index that
///    the queue did not list is looked up in the queue. What differs is suspected, with the version that the queue had.
/// 2. Then it is waited until the index includes everything that had happened by then: until its freshness says so, and some seconds.
/// 3. Only what the index still lacks of that is a difference (<see cref="CurrentRepair"/> tells how the two are read). Where the index
/// does
///    not get there, nothing is said.
/// What is repaired is written as an event would be, with the message's version, so that a repair never undoes what the pipeline brings.
/// </remarks>
public sealed class IndexScrub
{
    // How many suspects are waited for together, and for how long the first of them waits for others.
    private const int MostSuspects = 1000;
    private static readonly TimeSpan Gathering = TimeSpan.FromSeconds(30), Glance = TimeSpan.FromMilliseconds(500);
    private static readonly SourceConfig Lives = new(new SourceFilter { Includes = Fields.FromStrings(["id", "life"]) });

    private readonly ElasticsearchConnection _connection;
    private readonly ScrubOptions _options;
    private readonly IProgress<Difference>? _progress;
    private readonly JournalView _journal;
    private readonly CurrentRepair _current;
    private readonly HistoryRepair _historic;
    private readonly int _page;
    private ScrubReport _report = new();
    private List<Suspect> _suspects = [];
    private List<Hole> _holes = [];
    private Pace _pace;
    private long _firstSight;

    /// <summary>Prepares comparisons, one at a time; connection, service and archive stay the caller's.</summary>
    /// <param name="connection">Where the indices are.</param>
    /// <param name="timestone">The service that has the queues.</param>
    /// <param name="options">How it is done.</param>
    /// <param name="archive">Where transitions are read again that histories lack; null for nowhere.</param>
    /// <param name="progress">Told each difference; null for nobody.</param>
    /// <exception cref="ArgumentException">An option is out of range; it is named.</exception>
    public IndexScrub(
        ElasticsearchConnection connection,
        ITimestone timestone,
        ScrubOptions options,
        ITransitionArchive? archive = null,
        IProgress<Difference>? progress = null
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(timestone);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (_connection, _options, _progress) = (connection, options, progress);
        _journal = new JournalView(timestone);
        _current = new CurrentRepair(connection, _journal, Found, Failed);
        _historic = new HistoryRepair(connection, archive, Found, () => GoesOn);
        _page = Math.Min(options.MessagesPerSecond ?? Limits.MaxPage, Limits.MaxPage);
        _pace = new Pace(options.MessagesPerSecond, connection.Time);
    }

    /// <summary>How many histories with holes are waited for together; more than 0.</summary>
    internal int MostHoles { get; init; } = 10_000;

    /// <summary>Compares one queue, or with null all that the service or the index knows.</summary>
    /// <exception cref="ForeignIndexException">The index is not marked as this service's.</exception>
    /// <exception cref="IOException">Elasticsearch, or the archive, cannot be reached or refuses.</exception>
    /// <exception cref="TimestoneException">The service cannot be asked.</exception>
    public async Task<ScrubReport> RunAsync(string? queue = null, CancellationToken cancellationToken = default)
    {
        (_report, _suspects, _holes) = (new ScrubReport(), [], []);
        _pace = new Pace(_options.MessagesPerSecond, _connection.Time);
        _historic.Begin();
        if (_connection.Marks)
            await _connection.ReadyAsync(cancellationToken).ConfigureAwait(false);
        await CheckServiceAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var (name, documents) in QueuesAsync(queue, cancellationToken).ConfigureAwait(false))
        {
            if (!GoesOn)
                return _report;
            try
            {
                await CompareAsync(name, documents, cancellationToken).ConfigureAwait(false);
                _report = _report with { Queues = _report.Queues + 1 };
            }
            catch (TimestoneException) when (queue is null)
            {
                _report = _report with { Unread = [.. _report.Unread, name] };
            }
        }

        await JudgeAsync(cancellationToken).ConfigureAwait(false);
        await JudgeHistoryAsync(cancellationToken).ConfigureAwait(false);
        Leave(await _historic.RestoreAsync(_pace, cancellationToken).ConfigureAwait(false));
        return _report;
    }

    private async Task CheckServiceAsync(CancellationToken cancellationToken)
    {
        var service = await _journal.ServiceIdAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new IOException("The service does not tell the id of its store: it is older than this program, or its disk is full.");
        var aliases = await _connection.ReadAliasesAsync(cancellationToken).ConfigureAwait(false);
        if (!aliases.IsOf(service))
            throw ForeignIndexException.Of(_connection.Names, aliases, service);
    }

    private void Leave(int undecided) => _report = _report with { Undecided = _report.Undecided + undecided };

    private void Failed(string message, Exception problem) =>
        _report = _report with { Failed = _report.Failed + 1, Failure = $"{message}: {problem.Message}" };

    private bool GoesOn => _options.GoesOn?.Invoke() ?? true;

    private void Found(Difference difference)
    {
        _report = _report.With(difference);
        ScrubMetrics.Found(difference);
        _progress?.Report(difference);
    }

    // With how many messages the index has of each.
    private async IAsyncEnumerable<(string Queue, long Documents)> QueuesAsync(
        string? only,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var documents = new Dictionary<string, long>(StringComparer.Ordinal);
        var query = only is null ? Queries.All() : Queries.All(Queries.Is("queue", only));
        await foreach (
            var group in Buckets
                .ReadAsync(_connection, _connection.Names.Current, query, ["queue"], null, cancellationToken)
                .ConfigureAwait(false)
        )
            documents[(string)group.Key["queue"].Value!] = group.DocCount;
        var (queues, unreadable) = only is null ? await _journal.QueuesAsync(cancellationToken).ConfigureAwait(false) : ([only], []);
        _report = _report with { Unread = unreadable };
        string[] names = [.. queues.Union(documents.Keys).Except(unreadable)];

        // So that comparisons that do not come to their end do not always leave the same ones out.
        Array.Sort(names, StringComparer.Ordinal);
        var first = names.Length == 0 ? 0 : Random.Shared.Next(names.Length);
        foreach (var name in names[first..].Concat(names[..first]))
            yield return (name, documents.GetValueOrDefault(name));
    }

    private async Task CompareAsync(string queue, long documents, CancellationToken cancellationToken)
    {
        var filter = new LifeFilter(documents);
        string? after = null;
        do
        {
            await _pace.TakeAsync(_page, cancellationToken).ConfigureAwait(false);
            var (messages, next) = await _journal.ListAsync(queue, after, _page, cancellationToken).ConfigureAwait(false);
            foreach (var message in messages)
                filter.Add(LifeId.Parse(message.Life));
            await ComparePageAsync(queue, messages, cancellationToken).ConfigureAwait(false);
            _report = _report with { Messages = _report.Messages + messages.Count };
            ScrubMetrics.Compared(messages.Count);
            after = next;
        }
        while (after is not null && GoesOn);
        if (documents > 0 && GoesOn)
            await CompareIndexAsync(queue, filter, cancellationToken).ConfigureAwait(false);
    }

    private async Task ComparePageAsync(string queue, IReadOnlyList<IndexedMessage> messages, CancellationToken cancellationToken)
    {
        string[] ids = [.. messages.Select(DocumentId.Of)];
        var documents = await _connection
            .PersistAsync((requests, stop) => requests.FindAsync(_connection.Names.Current, ids, stop), cancellationToken)
            .ConfigureAwait(false);
        for (var i = 0; i < messages.Count; i++)
        {
            var held = messages[i];
            if (CurrentRepair.Differs(held, documents[i]))
                Suspect(new Suspect(queue, held.Id, held.Life, held.Version));
        }

        _holes.AddRange(await _historic.FindAsync(queue, messages, cancellationToken).ConfigureAwait(false));
        await JudgeIfDueAsync(cancellationToken).ConfigureAwait(false);
    }

    // What was not listed has left the queue, or moved while it was listed, or is new.
    private async Task CompareIndexAsync(string queue, LifeFilter filter, CancellationToken cancellationToken)
    {
        var search = new SearchRequest(_connection.Names.Current)
        {
            Size = _page,
            Query = Queries.All(Queries.Is("queue", queue)),
            Sort = [Queries.By("lifeCreatedAt", false), Queries.By("lifeSequence", false)],
            Source = Lives,
        };
        while (GoesOn)
        {
            await _pace.TakeAsync(_page / 4d, cancellationToken).ConfigureAwait(false);
            var hits = (
                await _connection
                    .PersistAsync((requests, stop) => requests.SearchAsync(search, stop), cancellationToken)
                    .ConfigureAwait(false)
            ).Hits;
            foreach (var hit in hits)
            {
                var (id, life) = (TextOf(hit.Source, "id"), TextOf(hit.Source, "life"));
                if (id is null || life is null || !LifeId.TryParse(life, out var read) || filter.Contains(read))
                    continue;
                await _pace.TakeAsync(1, cancellationToken).ConfigureAwait(false);
                try
                {
                    if ((await _journal.FindAsync(queue, id, cancellationToken).ConfigureAwait(false))?.Life != life)
                        Suspect(new Suspect(queue, id, life, 0));
                }
                catch (TimestoneException problem) when (problem.Code != ErrorCode.Unavailable)
                {
                    Failed($"{queue}/{id}", problem);
                }
            }

            await JudgeIfDueAsync(cancellationToken).ConfigureAwait(false);
            if (hits.Count < _page)
                return;
            search.SearchAfter = [.. hits.Last().Sort!];
        }
    }

    private static string? TextOf(JsonElement source, string field) =>
        source.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private void Suspect(Suspect suspect)
    {
        if (_suspects.Count == 0)
            _firstSight = _connection.Time.GetTimestamp();
        _suspects.Add(suspect);
    }

    private async Task JudgeIfDueAsync(CancellationToken cancellationToken)
    {
        if (_suspects.Count >= MostSuspects || (_suspects.Count > 0 && _connection.Time.GetElapsedTime(_firstSight) >= Gathering))
            await JudgeAsync(cancellationToken).ConfigureAwait(false);
        if (_holes.Count >= MostHoles)
            await JudgeHistoryAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task JudgeAsync(CancellationToken cancellationToken)
    {
        while (_suspects.Count > 0)
        {
            var suspects = _suspects;
            _suspects = [];
            if (!await IsToJudgeAsync(suspects[0].Queue, cancellationToken).ConfigureAwait(false))
            {
                Leave(suspects.Count);
                return;
            }

            foreach (var some in suspects.Chunk(_page))
            {
                await _pace.TakeAsync(some.Length, cancellationToken).ConfigureAwait(false);
                var (again, undecided) = await _current.RunAsync(some, cancellationToken).ConfigureAwait(false);
                again.ForEach(Suspect);
                Leave(undecided);
            }
        }
    }

    private async Task JudgeHistoryAsync(CancellationToken cancellationToken)
    {
        var holes = _holes;
        _holes = [];
        if (holes.Count == 0)
            return;
        if (await IsToJudgeAsync(holes[0].Queue, cancellationToken).ConfigureAwait(false))
            Leave(await _historic.JudgeAsync(holes, _pace, cancellationToken).ConfigureAwait(false));
        else
            Leave(holes.Count);
    }

    private async Task<bool> IsToJudgeAsync(string queue, CancellationToken cancellationToken)
    {
        try
        {
            if (!await HasPassedAsync(queue, cancellationToken).ConfigureAwait(false))
                return false;

            // Another service may have taken the index over since.
            await CheckServiceAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimestoneException problem)
        {
            // What is suspected is of other queues too.
            Failed(queue, problem);
            return false;
        }
    }

    // Whether the index came to include everything that had happened when this was asked.
    private async Task<bool> HasPassedAsync(string queue, CancellationToken cancellationToken)
    {
        var asked = _connection.Time.GetTimestamp();
        await Task.Delay(_options.Settle, _connection.Time, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var elapsed = _connection.Time.GetElapsedTime(asked);
            var lag = await _journal.LagAsync(queue, cancellationToken).ConfigureAwait(false);
            if (lag is { } known && (known == TimeSpan.Zero || known < elapsed))
                return true;
            if (elapsed >= _options.Patience || !GoesOn)
                return false;
            await Task.Delay(Glance, _connection.Time, cancellationToken).ConfigureAwait(false);
        }
    }
}
