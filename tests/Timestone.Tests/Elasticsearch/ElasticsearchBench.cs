using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Timestone.Engine;
using Timestone.Indexing.Elasticsearch;

namespace Timestone.Tests.Elasticsearch;

/// <summary>
/// The indices of a test in an Elasticsearch, with a prefix of its own: a real one that tests share, or the one whose URL
/// <c>TIMESTONE_TEST_ELASTICSEARCH</c> is. What only the stand-in can be made to do is tested on that.
/// </summary>
internal sealed class ElasticsearchBench : IAsyncDisposable
{
    private readonly ElasticsearchStandIn? _standIn;

    private static string? Named => Environment.GetEnvironmentVariable("TIMESTONE_TEST_ELASTICSEARCH");

    private ElasticsearchBench(
        ElasticsearchStandIn? standIn,
        ElasticsearchOptions options,
        TimeProvider? time,
        Func<CancellationToken, ValueTask<string?>>? readServiceId = null
    )
    {
        _standIn = standIn;
        Options = options;
        Time = time;
        Connection = new ElasticsearchConnection(options, time, readServiceId, Marked.Add);
        Writer = new ElasticsearchIndexWriter(Connection);
        Reading = standIn is null ? Connection : new ElasticsearchConnection(Quick(standIn.Address), time);
        Index = new ElasticsearchIndex(Reading);
    }

    public ElasticsearchOptions Options { get; }

    /// <summary>The indices that were there without the id of a service and have got this one's.</summary>
    public List<string> Marked { get; } = [];

    public TimeProvider? Time { get; }

    public ElasticsearchStandIn StandIn => _standIn!;

    public StandInCluster Cluster => StandIn.Cluster;

    public ElasticsearchConnection Connection { get; }

    /// <summary>What is read goes over a connection that has time, however little writes are given.</summary>
    public ElasticsearchConnection Reading { get; }

    public ElasticsearchIndexWriter Writer { get; }

    public ElasticsearchIndex Index { get; }

    /// <summary>The stand-in, for what a real one cannot be made to do.</summary>
    public static async Task<ElasticsearchBench> OfStandInAsync(Func<Uri, ElasticsearchOptions>? options = null, TimeProvider? time = null)
    {
        var standIn = await ElasticsearchStandIn.StartAsync();
        return new ElasticsearchBench(standIn, (options ?? (address => Quick(address)))(standIn.Address), time);
    }

    /// <summary>A real one.</summary>
    /// <param name="readServiceId">Reads the id of the service that the indices are for; null for none.</param>
    /// <param name="beside">Whose indices they are; null for ones of their own.</param>
    public static async Task<ElasticsearchBench> StartAsync(
        Func<CancellationToken, ValueTask<string?>>? readServiceId = null,
        ElasticsearchOptions? beside = null
    )
    {
        if (beside is not null)
            return new ElasticsearchBench(null, beside, null, readServiceId);
        var url = Named is { Length: > 0 } named
            ? new UriBuilder(named)
            : new UriBuilder((await ElasticsearchServer.SharedAsync()).Address);
        var (user, password) = (url.UserName, url.Password);
        (url.UserName, url.Password) = ("", "");
        return new ElasticsearchBench(
            null,
            new ElasticsearchOptions
            {
                Addresses = [url.Uri],
                Prefix = $"timestone-test-{Guid.NewGuid():n}"[..32],
                User = user.Length > 0 ? Uri.UnescapeDataString(user) : null,
                Password = user.Length > 0 ? Uri.UnescapeDataString(password) : null,
                TrustAnyCertificate = url.Scheme == "https",
                HistoricRetention = TimeSpan.FromDays(36_500),
                AliasLookup = TimeSpan.FromMilliseconds(1),
                Timeout = TimeSpan.FromMinutes(1),
            },
            null,
            readServiceId);
    }

    /// <summary>Options for a test: no time is lost with waiting.</summary>
    public static ElasticsearchOptions Quick(
        Uri address,
        TimeSpan? timeout = null,
        int retries = 8,
        int maxBulkBytes = 5 << 20,
        Uri? also = null
    ) =>
        new()
        {
            Addresses = also is null ? [address] : [address, also],
            Retries = retries,
            RetryDelay = TimeSpan.FromMilliseconds(1),
            MaxRetryDelay = TimeSpan.FromMilliseconds(2),
            AliasLookup = TimeSpan.FromMilliseconds(1),
            Timeout = timeout ?? TimeSpan.FromSeconds(30),
            MaxBulkBytes = maxBulkBytes,
            HistoricRetention = TimeSpan.FromDays(36_500),
        };

    /// <summary>Writes in batches as a pump does: what failed is written again.</summary>
    public async Task<List<RejectedEvent>> WriteAsync(IEnumerable<StreamEvent> events, int batch = 40)
    {
        var rejected = new List<RejectedEvent>();
        foreach (var some in events.Chunk(batch))
        {
            for (var attempt = 0; ; attempt++)
            {
                try
                {
                    rejected.AddRange(await Writer.WriteAsync(some));
                    break;
                }
                catch (IOException) when (attempt < 100)
                {
                    // Again, as a pump does.
                }
            }
        }

        return rejected;
    }

    /// <summary>Lets searches see what was written.</summary>
    public async Task RefreshAsync()
    {
        if (_standIn is not null)
            return; // Its searches see everything.
        foreach (var alias in new[] { Connection.Names.Current, Connection.Names.HistoricPattern })
            await Connection.Requests.RefreshAsync(alias, default);
    }

    /// <summary>All current messages, by search, page by page.</summary>
    public async Task<List<IndexedMessage>> MessagesAsync(MessageSearch? search = null)
    {
        var messages = new List<IndexedMessage>();
        search ??= new MessageSearch();
        for (string? cursor = null; ;)
        {
            var page = await Index.SearchAsync(search with { Cursor = cursor });
            messages.AddRange(page.Messages);
            if ((cursor = page.Next) is null)
                return messages;
        }
    }

    /// <summary>All transitions of an id, page by page.</summary>
    public async Task<List<Transition>> HistoryAsync(string queue, string id, int limit = 100)
    {
        var transitions = new List<Transition>();
        for (string? cursor = null; ;)
        {
            var page = await Index.GetHistoryAsync(queue, id, new HistoryRequest { Cursor = cursor, Limit = limit });
            transitions.AddRange(page.Transitions);
            if ((cursor = page.Next) is null)
                return transitions;
        }
    }

    /// <summary>Throws unless both indices hold what the journal says, and nothing else.</summary>
    public async Task CheckAsync(EventJournal journal, string seed)
    {
        Described(await MessagesAsync()).ShouldBe(Described(journal.Messages), seed);
        foreach (var (queue, id) in journal.Transitions.Select(static each => (each.Queue, each.Id)).Distinct())
            (await HistoryAsync(queue, id, 3)).ShouldBe(
                journal.Transitions.Where(each => each.Queue == queue && each.Id == id),
                $"{seed}, {queue}/{id}"
            );
    }

    /// <summary>Asks the real one by a request of the test's own; answers what it says.</summary>
    /// <exception cref="HttpRequestException">It does not answer, or not with success.</exception>
    public async Task<JsonNode> AskAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        using var trusting = new HttpClientHandler();
        if (Options.TrustAnyCertificate)
            trusting.ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator;
        using var http = new HttpClient(trusting) { BaseAddress = Options.Addresses[0] };
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (Options.User is { } user)
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic",
                Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{Options.Password}"))
            );
        using var answer = await http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    /// <summary>Leaves of the test's indices, aliases and templates nothing, as if the server had lost its disk.</summary>
    public async Task EmptyAsync()
    {
        foreach (var index in (await Connection.Requests.GetIndicesAsync(Options.Prefix + "-*", default)).Keys)
            await Connection.Requests.DeleteIndexAsync(index, default);
        await AskAsync(HttpMethod.Delete, $"_index_template/{Options.Prefix}-*");
    }

    public async ValueTask DisposeAsync()
    {
        if (_standIn is null)
        {
            foreach (var index in (await Connection.Requests.GetIndicesAsync(Options.Prefix + "-*", default)).Keys)
                await Connection.Requests.DeleteIndexAsync(index, default);
        }

        Connection.Dispose();
        Reading.Dispose();
        if (_standIn is not null)
            await _standIn.DisposeAsync();
    }

    private static IEnumerable<string> Described(IEnumerable<IndexedMessage> messages) =>
        messages
            .Select(static message =>
                new StringBuilder().Append(message with { Metadata = Metadata.Empty }).Append(message.Metadata).ToString()
            )
            .Order(StringComparer.Ordinal);
}
