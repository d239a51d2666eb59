using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Timestone.Tests.Elasticsearch;

/// <summary>
/// Stands before a real Elasticsearch that is put together from its published libraries, which lack <c>_delete_by_query</c>. That request
/// it does as Elasticsearch does it, by a search and deletions of exactly what was found; every other it passes on as it is. While the
/// server is away it cuts connections. Nor do the libraries have security: the front speaks TLS where it has a certificate, and takes
/// requests of one user where it has been told of one.
/// </summary>
internal sealed class SearchFront : IAsyncDisposable
{
    private static readonly string[] OfTheConnection = ["Host", "Connection", "Content-Length", "Transfer-Encoding"];

    // The words of Elasticsearch.
    private static readonly object Unauthenticated = new
    {
        error = new { type = "security_exception", reason = "unable to authenticate user" },
        status = StatusCodes.Status401Unauthorized,
    };

    private readonly HttpClient _server;
    private readonly WebApplication _app;

    private SearchFront(Uri server, X509Certificate2? certificate)
    {
        _server = new HttpClient { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen =>
            {
                if (certificate is not null)
                    listen.UseHttps(certificate);
            });
        });
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public Uri Address => new(_app.Urls.Single());

    /// <summary>What the header <c>Authorization</c> of each request must be; null where anybody may come.</summary>
    public string? Authorization { get; set; }

    /// <summary>Whether requests get through.</summary>
    public bool IsOpen { get; set; } = true;

    public static async Task<SearchFront> StartAsync(Uri server, X509Certificate2? certificate = null)
    {
        var front = new SearchFront(server, certificate);
        await front._app.StartAsync();
        return front;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(0);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _server.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (!IsOpen)
        {
            context.Abort();
            return;
        }

        try
        {
            var (target, gone) = (context.Features.Get<IHttpRequestFeature>()!.RawTarget, context.RequestAborted);
            if (Authorization is not null && context.Request.Headers.Authorization != Authorization)
            {
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                context.Response.Headers["X-Elastic-Product"] = "Elasticsearch";
                await context.Response.WriteAsJsonAsync(Unauthenticated, gone);
                return;
            }

            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, gone);
            var path = target.Split('?')[0];
            using var answer = path.EndsWith("/_delete_by_query", StringComparison.Ordinal)
                ? await DeleteAsync(path[..path.LastIndexOf('/')], JsonNode.Parse(body.ToArray())!, gone)
                : await PassAsync(context.Request, target, body.ToArray(), gone);
            context.Response.StatusCode = (int)answer.StatusCode;
            foreach (
                var (name, values) in answer
                    .Headers.Concat(answer.Content.Headers)
                    .Where(static header => !OfTheConnection.Contains(header.Key))
            )
                context.Response.Headers[name] = values.ToArray();
            await context.Response.Body.WriteAsync(await answer.Content.ReadAsByteArrayAsync(gone), gone);
        }
        catch (Exception end) when (end is HttpRequestException or IOException or OperationCanceledException)
        {
            context.Abort();
        }
    }

    private async Task<HttpResponseMessage> PassAsync(HttpRequest request, string target, byte[] body, CancellationToken gone)
    {
        using var passed = new HttpRequestMessage(new HttpMethod(request.Method), target);
        if (body.Length > 0)
            passed.Content = new ByteArrayContent(body);
        foreach (var (name, values) in request.Headers.Where(static header => !OfTheConnection.Contains(header.Key)))
        {
            if (!passed.Headers.TryAddWithoutValidation(name, values.ToArray()))
                passed.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
        }

        return await _server.SendAsync(passed, gone);
    }

    // What changed between the search and its deletion is left alone, and counted.
    private async Task<HttpResponseMessage> DeleteAsync(string indices, JsonNode request, CancellationToken gone)
    {
        var search = new JsonObject
        {
            ["query"] = request["query"]!.DeepClone(),
            ["size"] = (int)request["max_docs"]!,
            ["_source"] = false,
            ["seq_no_primary_term"] = true,
        };
        var found = await _server.PostAsJsonAsync($"{indices}/_search", search, gone);
        if (!found.IsSuccessStatusCode)
            return found;
        var hits = (await found.Content.ReadFromJsonAsync<JsonElement>(gone)).GetProperty("hits").GetProperty("hits");
        var (total, conflicts) = (hits.GetArrayLength(), 0);
        if (total > 0)
        {
            var lines = new StringBuilder();
            foreach (var hit in hits.EnumerateArray())
            {
                lines.Append(new JsonObject
                {
                    ["delete"] = new JsonObject
                    {
                        ["_index"] = hit.GetProperty("_index").GetString(),
                        ["_id"] = hit.GetProperty("_id").GetString(),
                        ["if_seq_no"] = hit.GetProperty("_seq_no").GetInt64(),
                        ["if_primary_term"] = hit.GetProperty("_primary_term").GetInt64(),
                    },
                }.ToJsonString()).Append('\n');
            }

            using var deletions = new StringContent(lines.ToString(), Encoding.UTF8, "application/x-ndjson");
            using var deleted = await _server.PostAsync("_bulk?refresh=true", deletions, gone);
            deleted.EnsureSuccessStatusCode();
            var items = (await deleted.Content.ReadFromJsonAsync<JsonElement>(gone)).GetProperty("items");
            conflicts = items
                .EnumerateArray()
                .Count(static item => item.GetProperty("delete").GetProperty("status").GetInt32() == StatusCodes.Status409Conflict);
        }

        found.Content = JsonContent.Create(new JsonObject
        {
            ["took"] = 1,
            ["timed_out"] = false,
            ["total"] = total,
            ["deleted"] = total - conflicts,
            ["version_conflicts"] = conflicts,
            ["batches"] = 1,
            ["noops"] = 0,
            ["retries"] = new JsonObject { ["bulk"] = 0, ["search"] = 0 },
            ["throttled_millis"] = 0,
            ["requests_per_second"] = -1.0,
            ["throttled_until_millis"] = 0,
            ["failures"] = new JsonArray(),
        });
        return found;
    }
}
