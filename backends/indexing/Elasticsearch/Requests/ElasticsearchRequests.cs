using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Elastic.Clients.Elasticsearch;
using Elastic.Clients.Elasticsearch.IndexManagement;
using Elastic.Clients.Elasticsearch.QueryDsl;
using Elastic.Transport;
using HttpMethod = Elastic.Transport.HttpMethod;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>
/// All that is ever asked of Elasticsearch, over its own client. A test checks each request against the official description of the
/// interface, and those of comparisons on a real one. Each throws <see cref="ElasticsearchException"/> when it is refused, and
/// <see cref="IOException"/> when there was no answer in time, or none that can be read: whether it was done is unknown.
/// </summary>
internal sealed class ElasticsearchRequests : IDisposable
{
    /// <summary>How many documents one deletion by query takes, so that it ends in the time of one request.</summary>
    public const int MaxDeleted = 10_000;

    private const string RetryAfterHeader = "Retry-After";
    private const int OldestMajor = 9;

    private static readonly RequestConfiguration Lines = new() { ContentType = "application/vnd.elasticsearch+x-ndjson" };

    private readonly ElasticsearchClientSettings _settings;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private volatile ElasticsearchClient _client;

    /// <exception cref="ArgumentException">The file of authorities cannot be read or holds none.</exception>
    public ElasticsearchRequests(ElasticsearchOptions options, TimeProvider time)
    {
        (_timeout, _time) = (options.Timeout, time);
        var trust = CertificateTrust.Of(options);
#pragma warning disable CA2000 // The pool lives as long as the client.
        NodePool nodes = options.Addresses.Count == 1 ? new SingleNodePool(options.Addresses[0]) : new StaticNodePool(options.Addresses);
#pragma warning restore CA2000
        _settings = new ElasticsearchClientSettings(nodes)
            .RequestTimeout(options.Timeout)
            .EnableHttpCompression(false)
            .MemoryStreamFactory(RecyclableMemoryStreamFactory.Default)
            .ResponseHeadersToParse(new HeadersList(RetryAfterHeader));
        if (options.ApiKey is { } key)
            _settings = _settings.Authentication(new ApiKey(key));
        else if (options.User is { } user)
            _settings = _settings.Authentication(new BasicAuthentication(user, options.Password!));
        if (trust is not null)
            _settings = _settings.ServerCertificateValidationCallback(trust);
        _client = new ElasticsearchClient(_settings);
    }

    /// <summary>Throws unless this is an Elasticsearch that the client can talk to.</summary>
    public async Task CheckProductAsync(CancellationToken cancellationToken)
    {
        InfoResponse info;
        try
        {
            info = await AskAsync("Info", stop => _client.InfoAsync(stop), cancellationToken).ConfigureAwait(false);
        }
        catch (ElasticsearchException problem) when (problem.Type == "media_type_header_exception")
        {
            throw new IOException($"Elasticsearch {OldestMajor} or later is needed, and this one is older: {problem.Message}", problem);
        }

        var version = info.Version.Number;
        if (!int.TryParse(version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) || major < OldestMajor)
            throw new IOException(
                $"Elasticsearch {OldestMajor} or later is needed, and this is {(version.Length > 0 ? version : "of no known version")}."
            );
    }

    public Task PutTemplateAsync(string name, JsonObject template, CancellationToken cancellationToken) =>
        AskAsync(
            "PutTemplate",
            stop => _client.Transport.PutAsync<VoidResponse>($"_index_template/{name}", Utf8(template), stop),
            cancellationToken
        );

    /// <summary>Adds what is new in mappings to indices that may not be there.</summary>
    public Task PutMappingAsync(string index, JsonObject mappings, CancellationToken cancellationToken) =>
        AskAsync(
            "PutMapping",
            stop =>
                _client.Transport.PutAsync<VoidResponse>(
                    $"{index}/_mapping?ignore_unavailable=true&allow_no_indices=true",
                    Utf8(mappings),
                    stop
                ),
            cancellationToken
        );

    /// <summary>Makes an index. Its fields are told, so that without its template, which has what they need, it is refused.</summary>
    public Task CreateIndexAsync(string index, JsonObject mappings, IReadOnlyList<string> aliases, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["mappings"] = mappings.DeepClone(),
            ["aliases"] = new JsonObject(aliases.Select(static alias => KeyValuePair.Create<string, JsonNode?>(alias, new JsonObject()))),
        };
        return AskAsync("CreateIndex", stop => _client.Transport.PutAsync<VoidResponse>(index, Utf8(body), stop), cancellationToken);
    }

    /// <summary>Deletes an index that may not be there; never one behind an alias of that name.</summary>
    public Task DeleteIndexAsync(string index, CancellationToken cancellationToken) =>
        AskAsync(
            "DeleteIndex",
            stop => _client.Indices.DeleteAsync(new DeleteIndexRequest(index) { IgnoreUnavailable = true }, stop),
            cancellationToken
        );

    /// <summary>The indices that have such aliases, each with those.</summary>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> GetAliasesAsync(
        string indices,
        string aliases,
        CancellationToken cancellationToken
    )
    {
        var answer = await AskAsync(
                "GetAliases",
                stop => _client.Indices.GetAliasAsync(new GetAliasRequest(indices, aliases), stop),
                cancellationToken
            )
            .ConfigureAwait(false);
        return AliasesOf(answer);
    }

    /// <summary>The indices that match, each with all its aliases.</summary>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> GetIndicesAsync(
        string indices, CancellationToken cancellationToken)
    {
        var request = new GetAliasRequest((Indices)indices) { IgnoreUnavailable = true };
        return AliasesOf(
            await AskAsync("GetIndices", stop => _client.Indices.GetAliasAsync(request, stop), cancellationToken).ConfigureAwait(false)
        );
    }

    public Task UpdateAliasesAsync(ICollection<IndexUpdateAliasesAction> actions, CancellationToken cancellationToken) =>
        AskAsync(
            "UpdateAliases",
            stop => _client.Indices.UpdateAliasesAsync(new UpdateAliasesRequest { Actions = actions }, stop),
            cancellationToken
        );

    /// <summary>Sends the lines of a bulk request as they are; answers what became of each item.</summary>
    public async Task<List<BulkItemResult>> BulkAsync(ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(
                "Bulk",
                stop =>
                    _client.Transport.RequestAsync<BytesResponse>(
                        new EndpointPath(HttpMethod.POST, $"_bulk?filter_path={BulkItemResult.Parts}"),
                        PostData.ReadOnlyMemory(lines),
                        null,
                        Lines,
                        stop
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
        try
        {
            return BulkItemResult.Read(answer.Body);
        }
        catch (Exception problem) when (problem is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new IOException($"Elasticsearch gave an answer that cannot be read. {problem.Message}", problem);
        }
    }

    public Task RefreshAsync(string index, CancellationToken cancellationToken) =>
        AskAsync("Refresh", stop => _client.Indices.RefreshAsync(new RefreshRequest(index), stop), cancellationToken);

    /// <summary>Deletes some of what matches; what is written meanwhile is left for the next time.</summary>
    public Task<DeleteByQueryResponse> DeleteByQueryAsync(string index, Query query, CancellationToken cancellationToken) =>
        AskAsync(
            "DeleteByQuery",
            stop =>
                _client.DeleteByQueryAsync(
                    new DeleteByQueryRequest(index)
                    {
                        Query = query,
                        MaxDocs = MaxDeleted,
                        Conflicts = Conflicts.Proceed,
                        Refresh = true,
                    },
                    stop
                ),
            cancellationToken
        );

    /// <summary>Searches; an answer of only some of the shards counts as none. There may be no historic index yet.</summary>
    public Task<SearchResponse<JsonElement>> SearchAsync(SearchRequest search, CancellationToken cancellationToken)
    {
        (search.AllowPartialSearchResults, search.IgnoreUnavailable, search.TrackTotalHits) = (false, true, false);
        return AskAsync("Search", stop => _client.SearchAsync<JsonElement>(search, stop), cancellationToken);
    }

    /// <summary>Asks for a document as it was written, whether searches find it already or not.</summary>
    public async Task<bool> ExistsAsync(string index, string id, CancellationToken cancellationToken) =>
        (
            await AskAsync(
                    "DocumentExists",
                    stop => _client.ExistsAsync(new Elastic.Clients.Elasticsearch.ExistsRequest(index, id), stop),
                    cancellationToken
                )
                .ConfigureAwait(false)
        ).Exists;

    /// <summary>
    /// Asks for documents as they were written, whether searches find them already or not: for each id, in order, its own or null.
    /// </summary>
    public async Task<IReadOnlyList<FoundDocument?>> FindAsync(string index, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        const string Parts = "docs.found,docs._version,docs._seq_no,docs._primary_term,docs._source,docs.error";
        if (ids.Count == 0)
            return [];
        var body = new JsonObject { ["ids"] = new JsonArray([.. ids.Select(static id => JsonValue.Create(id))]) };
        var answer = await AskAsync(
                "MultiGet",
                stop => _client.Transport.PostAsync<BytesResponse>($"{index}/_mget?filter_path={Parts}", Utf8(body), stop),
                cancellationToken
            )
            .ConfigureAwait(false);
        try
        {
            using var json = JsonDocument.Parse(answer.Body);
            FoundDocument?[] documents = [.. json.RootElement.GetProperty("docs").EnumerateArray().Select(FoundDocument.Read)];
            return documents.Length == ids.Count
                ? documents
                : throw new IOException($"Elasticsearch answered {documents.Length} of {ids.Count} documents.");
        }
        catch (Exception problem) when (problem is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new IOException($"Elasticsearch gave an answer that cannot be read. {problem.Message}", problem);
        }
    }

    /// <summary>
    /// Writes a document in the place of the one that was found, or of none, whatever its version; nothing when another write came between.
    /// </summary>
    /// <returns>Whether it was written.</returns>
    public async Task<bool> ReplaceAsync(
        string alias,
        string id,
        FoundDocument? found,
        byte[] document,
        CancellationToken cancellationToken
    )
    {
        var escaped = Uri.EscapeDataString(id);
        var path = found is null
            ? $"{alias}/_create/{escaped}?require_alias=true"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{alias}/_doc/{escaped}?require_alias=true&if_seq_no={found.Sequence}&if_primary_term={found.Term}"
            );
        try
        {
            await AskAsync(
                    "Replace",
                    stop => _client.Transport.PutAsync<VoidResponse>(path, PostData.Bytes(document), stop),
                    cancellationToken
                )
                .ConfigureAwait(false);
            return true;
        }
        catch (ElasticsearchException problem) when (problem.Status == 409)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => ((IDisposable)_settings).Dispose();

    private static Dictionary<string, IReadOnlyList<string>> AliasesOf(GetAliasResponse answer) =>
        answer.Aliases!.ToDictionary(static index => index.Key, static IReadOnlyList<string> (index) => [.. index.Value.Aliases.Keys]);

    private static PostData Utf8(JsonObject json) => PostData.Bytes(JsonSerializer.SerializeToUtf8Bytes(json));

    private async Task<T> AskAsync<T>(string operation, Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
        where T : TransportResponse
    {
        // The client's own limit ends with the head of an answer, and begins anew with each node.
        using var limit = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        ApiCallDetails? details;
        Exception? failure = null;
        T? response = null;
        try
        {
            response = await ask(either.Token).ConfigureAwait(false);
            details = response.ApiCallDetails;
        }
        catch (Exception problem) when (problem is TransportException or OperationCanceledException)
        {
            failure = problem;
            details = (problem as TransportException)?.ApiCallDetails;
        }

        catch (UnsupportedProductException problem)
        {
            // A client that has met something else never asks again; what answered may have stood in for Elasticsearch while that was away.
            _client = new ElasticsearchClient(_settings);
            throw new IOException($"What answers at {Node(null)} does not say that it is Elasticsearch.", problem);
        }

        if (failure is null && details is { HttpStatusCode: { } status })
        {
            if (
                (details.HasSuccessfulStatusCode && details.HasExpectedContentType)
                || (status == 404 && details.HttpMethod == HttpMethod.HEAD)
            )
                return response!;
            throw Refusal(operation, status, details);
        }

        cancellationToken.ThrowIfCancellationRequested();
        failure ??= details?.OriginalException;
        var cause = failure?.GetBaseException();
        var told =
            limit.IsCancellationRequested || cause is TimeoutException or OperationCanceledException
                ? $" within {_timeout.TotalSeconds:0.###} s."
                : $": {cause?.Message}";
        throw new IOException($"Elasticsearch at {Node(details)} did not answer {operation}{told}", failure);
    }

    private string Node(ApiCallDetails? details) =>
        details?.Uri?.Authority
        ?? string.Join(", ", ((ITransportConfiguration)_settings).NodePool.Nodes.Select(static node => node.Uri.Authority));

    // What stands between us and Elasticsearch may refuse in words of its own.
    private static ElasticsearchException Refusal(string operation, int status, ApiCallDetails details)
    {
        var (type, reason) = ElasticsearchException.Cause(details.ResponseBodyInBytes);
        TimeSpan? retryAfter =
            details.TryGetHeader(RetryAfterHeader, out var asked)
            && int.TryParse(asked.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? TimeSpan.FromSeconds(seconds)
                : null;
        return new ElasticsearchException(
            status,
            type,
            $"Elasticsearch refused {operation} with {status}{(reason.Length > 0 ? ": " + reason : ".")}",
            retryAfter
        );
    }
}
