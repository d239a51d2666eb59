using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Timestone.Bench.Rest;

namespace Timestone.Bench.Events;

/// <summary>
/// Answers as an Elasticsearch does that takes everything, and keeps nothing of it but the ids of transitions. Can be away.
/// </summary>
internal sealed class BareElasticsearch : IAsyncDisposable
{
    private readonly HashSet<string> _transitions = new(StringComparer.Ordinal);
    private readonly int _port = ChildServer.FreePort();
    private WebApplication? _app;

    public string Address => $"http://127.0.0.1:{_port}";

    public async Task BringUpAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Limits.MaxRequestBodySize = null);
        _app = builder.Build();
        _app.Urls.Add(Address);
        _app.Run(AnswerAsync);
        await _app.StartAsync().ConfigureAwait(false);
    }

    /// <summary>Ends its connections and takes no new ones.</summary>
    public async Task TakeDownAsync()
    {
        if (_app is null)
            return;
        using var now = new CancellationTokenSource(0);
        await _app.StopAsync(now.Token).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        _app = null;
    }

    /// <summary>Takes those out of a list that have come.</summary>
    public void Strike(List<string> transitions)
    {
        lock (_transitions)
            transitions.RemoveAll(_transitions.Contains);
    }

    public async ValueTask DisposeAsync() => await TakeDownAsync().ConfigureAwait(false);

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body).ConfigureAwait(false);
        context.Response.ContentType = "application/json";
        context.Response.Headers["X-Elastic-Product"] = "Elasticsearch";
        await context
            .Response.WriteAsync(
                context.Request.Path.Value switch
                {
                    "/" =>
                        """{"name":"","cluster_name":"","cluster_uuid":"","tagline":"","version":{"number":"9.5.3","build_flavor":"","build_hash":"","build_date":"2026-01-01T00:00:00Z","build_snapshot":false,"build_type":"","lucene_version":"","minimum_wire_compatibility_version":"","minimum_index_compatibility_version":""}}""",
                    "/_bulk" => Bulk(body.GetBuffer().AsMemory(0, (int)body.Length)),
                    { } path when path.Contains("/_alias/", StringComparison.Ordinal) =>
                        """{"timestone-current-000001":{"aliases":{"timestone-current":{}}}}""",
                    _ => """{"acknowledged":true}""",
                }
            )
            .ConfigureAwait(false);
    }

    private string Bulk(ReadOnlyMemory<byte> body)
    {
        var answer = new StringBuilder("""{"took":1,"errors":false,"items":[""");
        var isAction = true;
        for (; body.Length > 0; body = body[(body.Span.IndexOf((byte)'\n') + 1)..])
        {
            if (isAction)
            {
                var (kind, id) = Action(body.Span[..body.Span.IndexOf((byte)'\n')]);
                answer.Append(answer[^1] == '[' ? "" : ",").Append("{\"").Append(kind).Append("\":{\"status\":201}}");
                if (kind == "create")
                {
                    lock (_transitions)
                        _transitions.Add(id);
                }

                isAction = kind == "delete";
            }
            else
            {
                isAction = true;
            }
        }

        return answer.Append("]}").ToString();
    }

    private static (string Kind, string Id) Action(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        reader.Read();
        reader.Read();
        var kind = reader.GetString()!;
        while (!(reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("_id"u8)))
            reader.Read();
        reader.Read();
        return (kind, reader.GetString()!);
    }
}
