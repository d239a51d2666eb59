using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Timestone.Engine;
using Timestone.Hosting;
using Timestone.Journals.Memory;
using Xunit;

namespace Timestone.Tests.Api;

/// <summary>A server on a free port over a journal in memory, and a plain HTTP client of it.</summary>
public sealed class ApiServer : IAsyncLifetime
{
    private readonly HttpClient _http = new();
    private TimestoneServer? _server;

    public Uri BaseAddress => _server!.BaseAddress;

    public async ValueTask InitializeAsync()
    {
        _server = await TimestoneServer.StartAsync(new TimestoneServerOptions
        {
            Urls = "http://127.0.0.1:0",
            GrpcUrls = "off",
            OpenJournal = static _ => Task.FromResult<IJournal>(new MemoryJournal(outboxLimit: 100_000)),
        });
        _http.BaseAddress = _server.BaseAddress;
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        _http.Dispose();
    }

    public static string NewQueue() => $"q-{Guid.NewGuid():N}";

    public Task<ApiAnswer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<ApiAnswer> PostAsync(string path, string? json = null) => SendAsync(HttpMethod.Post, path, json);

    public Task<ApiAnswer> SendAsync(HttpMethod method, string path, string? json = null) =>
        SendAsync(method, path, json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"));

    public async Task<ApiAnswer> SendAsync(HttpMethod method, string path, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new ApiAnswer(response.StatusCode, response.Content.Headers.ContentType?.MediaType, text, response.Headers);
    }

    /// <summary>Expects success.</summary>
    public async Task<JsonNode> OkAsync(HttpMethod method, string path, string? json = null)
    {
        var answer = await SendAsync(method, path, json);
        ((int)answer.Status).ShouldBeInRange(200, 299, answer.Text);
        return answer.Json;
    }

    /// <summary>Leases one message; answers its id and token.</summary>
    public async Task<(string Id, string Token)> LeaseAsync(string queue)
    {
        var message = (await OkAsync(HttpMethod.Post, $"/v1/queues/{queue}/dequeue", "{}"))["messages"]![0]!;
        return ((string)message["id"]!, (string)message["leaseToken"]!);
    }
}
