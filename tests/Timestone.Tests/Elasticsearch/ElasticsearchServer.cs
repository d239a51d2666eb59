using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Timestone.Tests.Services;
using Timestone.Tests.Support;

namespace Timestone.Tests.Elasticsearch;

/// <summary>
/// A real Elasticsearch of one node on this machine, which can be killed and started again on what it has stored. Tests look into it by
/// requests of their own.
/// </summary>
internal sealed class ElasticsearchServer : IAsyncDisposable
{
    // How far its transport's port is from that of HTTP.
    private const int TransportDistance = 100;
    private const int Page = 5000;
    private static readonly Lazy<Task<ElasticsearchServer>> TheShared = new(StartSharedAsync);

    private readonly HttpClient _http;
    private readonly ServiceProcess _process;
    private SearchFront? _front;

    private ElasticsearchServer(string settings)
    {
        var start = Path.Combine(Needs.Services(), "search/start");
        var port = FreePort.With(TransportDistance).ToString(CultureInfo.InvariantCulture);
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        _process = new ServiceProcess(folder => [start, Configured(folder, settings), port], AnswersAsync);
    }

    /// <summary>Where clients find it.</summary>
    public Uri Address => _front!.Address;

    /// <summary>One that tests share which need nothing special of it, each with indices of its own; it ends with the process.</summary>
    public static Task<ElasticsearchServer> SharedAsync() => TheShared.Value;

    /// <summary>Starts one for a test of its own.</summary>
    /// <param name="settings">Lines of its <c>elasticsearch.yml</c>.</param>
    public static async Task<ElasticsearchServer> StartNewAsync(string settings = "")
    {
        var server = new ElasticsearchServer(settings);
        server._front = await SearchFront.StartAsync(server._http.BaseAddress!);
        await server.StartAsync();
        return server;
    }

    /// <summary>A door of its own to this server, which speaks TLS.</summary>
    public Task<SearchFront> OpenAsync(X509Certificate2 certificate) => SearchFront.StartAsync(_http.BaseAddress!, certificate);

    /// <summary>Starts it again on what it has stored.</summary>
    public async Task StartAsync()
    {
        _front!.IsOpen = false;
        await _process.StartAsync();
        _front.IsOpen = true;
    }

    /// <summary>Kills it: it has no chance to write or to say anything.</summary>
    public void Kill()
    {
        _front!.IsOpen = false;
        _process.Kill();
    }

    /// <summary>Kills it and starts it again.</summary>
    public Task RestartAsync()
    {
        Kill();
        return StartAsync();
    }

    /// <summary>Lets searches see what was written.</summary>
    /// <exception cref="HttpRequestException">It does not answer, or not with success.</exception>
    public Task RefreshAsync(string indices) => AskAsync(HttpMethod.Post, $"{indices}/_refresh");

    /// <summary>Sets or, with null, unsets a setting of indices.</summary>
    /// <exception cref="HttpRequestException">It does not answer, or not with success.</exception>
    public Task SetAsync(string indices, string setting, JsonNode? value) =>
        AskAsync(HttpMethod.Put, $"{indices}/_settings", new JsonObject { [setting] = value });

    /// <summary>How many documents match, of those that searches see.</summary>
    /// <param name="indices">A pattern of names; no index need match.</param>
    /// <param name="query">Null for all of them.</param>
    /// <exception cref="HttpRequestException">It does not answer, or not with success.</exception>
    public async Task<int> CountAsync(string indices, JsonObject? query = null) =>
        (await AskAsync(HttpMethod.Post, $"{indices}/_count", query is null ? null : new JsonObject { ["query"] = query }))
            .GetProperty("count")
            .GetInt32();

    /// <summary>All documents that searches see.</summary>
    /// <exception cref="HttpRequestException">It does not answer, or not with success.</exception>
    public async Task<List<JsonElement>> ReadAsync(string indices)
    {
        var documents = new List<JsonElement>();
        var answer = await AskAsync(
            HttpMethod.Post,
            $"{indices}/_search?scroll=1m",
            new JsonObject { ["size"] = Page, ["sort"] = new JsonArray("_doc") }
        );
        while (answer.GetProperty("hits").GetProperty("hits") is var hits && hits.GetArrayLength() > 0)
        {
            documents.AddRange(hits.EnumerateArray().Select(static hit => hit.GetProperty("_source")));
            answer = await AskAsync(
                HttpMethod.Post,
                "_search/scroll",
                new JsonObject { ["scroll"] = "1m", ["scroll_id"] = answer.GetProperty("_scroll_id").GetString() }
            );
        }

        return documents;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Dispose();
        if (_front is not null)
            await _front.DisposeAsync();
        _http.Dispose();
    }

    private static string Configured(string folder, string settings)
    {
        Directory.CreateDirectory(Path.Combine(folder, "config"));
        File.WriteAllText(Path.Combine(folder, "config", "elasticsearch.yml"), settings);
        return folder;
    }

    private static async Task<ElasticsearchServer> StartSharedAsync()
    {
        var server = await StartNewAsync();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server._process.Dispose();
        return server;
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var answer = await _http.GetAsync("/");
            if (!answer.IsSuccessStatusCode)
                return false;

            // Its first error, while nobody else asks. Two at once can hold up each other for good: each loads a class of exceptions that
            // the other's needs, which the whole Elasticsearch has done long before it listens.
            using var error = await _http.GetAsync("no-such-index/_doc/1");
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<JsonElement> AskAsync(HttpMethod method, string path, JsonObject? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await _http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }
}
