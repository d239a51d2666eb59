using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace Timestone.Tests.Elasticsearch;

/// <summary>
/// Stands in for Elasticsearch on a real socket. It is strict: what the official description does not allow, and what the
/// stand-in does not understand, is refused, and said once more when it is disposed of.
/// </summary>
internal sealed class ElasticsearchStandIn : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _gate = new();
    private readonly ConcurrentQueue<string> _problems = new();
    private TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ElasticsearchStandIn(X509Certificate2? certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                if (certificate is not null)
                    listen.UseHttps(certificate);
            });
        });
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public Uri Address => new(_app.Urls.Single().Replace("127.0.0.1", "localhost", StringComparison.Ordinal));

    public StandInCluster Cluster { get; } = new();

    public StandInFaults Faults { get; set; } = new();

    /// <summary>What the header must be; null for anything.</summary>
    public string? Authorization { get; set; }

    /// <summary>What it says it is, in each answer.</summary>
    public string Product { get; set; } = "Elasticsearch";

    /// <summary>How large a body may be, in bytes.</summary>
    public int MaxBody { get; set; } = int.MaxValue;

    /// <summary>The ids of the operations that were asked for.</summary>
    public ConcurrentDictionary<string, int> Asked { get; } = new();

    /// <summary>
    /// Called when a request of an operation has arrived and it is settled what goes wrong with it, before anything is done.
    /// </summary>
    public Func<string, Task> Arrived { get; set; } = static _ => Task.CompletedTask;

    /// <summary>What was wrong with requests.</summary>
    public IReadOnlyCollection<string> Problems => _problems;

    public static async Task<ElasticsearchStandIn> StartAsync(X509Certificate2? certificate = null)
    {
        var standIn = new ElasticsearchStandIn(certificate);
        await standIn._app.StartAsync();
        return standIn;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(0);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _problems.ShouldBeEmpty();
    }

    /// <summary>Looks at what it holds while no request changes it.</summary>
    public T Read<T>(Func<StandInCluster, T> read)
    {
        lock (_gate)
            return read(Cluster);
    }

    /// <summary>Waits until it holds something, looking after each bulk request.</summary>
    public async Task BecomesAsync(Func<StandInCluster, bool> isSo, TimeSpan patience)
    {
        using var end = new CancellationTokenSource(patience);
        while (true)
        {
            var written = Volatile.Read(ref _written).Task;
            if (Read(isSo))
                return;
            await written.WaitAsync(end.Token);
        }
    }

    /// <summary>Takes the problems away, where a test provokes them.</summary>
    public void ForgetProblems() => _problems.Clear();

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer);
        var body = buffer.ToArray();
        context.Response.Headers["X-Elastic-Product"] = Product;
        if (Cluster.IsTooOldFor(request.Headers.Accept.ToString()))
        {
            await WriteAsync(
                context,
                StandInAnswer.Error(400, "media_type_header_exception", "Invalid media-type value on headers [Accept]")
            );
            return;
        }

        if (Authorization is not null && request.Headers.Authorization != Authorization)
        {
            await WriteAsync(context, StandInAnswer.Error(401, "security_exception", "unable to authenticate"));
            return;
        }

        // Undecoded, so that an id may hold what separates the steps of a path.
        var path = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget.Split('?')[0];
        if (ApiDescription.Instance.Find(request.Method, path) is not { } operation)
        {
            await RefuseAsync(context, "It is not described.");
            return;
        }

        var query = request.Query.ToDictionary(static each => each.Key, static each => each.Value.ToString());
        var problems = ApiDescription.Instance.Check(operation, query, request.ContentType, body).ToList();
        if (ApiDescription.MediaType(request.Headers.Accept) != "application/json")
            problems.Add($"It accepts {request.Headers.Accept}.");
        if (problems.Count > 0)
        {
            await RefuseAsync(context, string.Join("; ", problems));
            return;
        }

        Asked.AddOrUpdate(operation.Id, 1, static (_, count) => count + 1);
        await AnswerAsync(context, operation, query, body);
    }

    private async Task AnswerAsync(HttpContext context, DescribedOperation operation, Dictionary<string, string> query, byte[] body)
    {
        var fault = Faults.OfRequest(operation.Id);
        await Arrived(operation.Id);
        if (fault == Fault.DropBefore)
        {
            context.Abort();
        }
        else if (fault == Fault.TooManyRequests)
        {
            await WriteAsync(context, StandInAnswer.Error(429, "circuit_breaking_exception", "too much at once"));
        }
        else if (fault == Fault.BadGateway)
        {
            context.Response.StatusCode = 503;
            await context.Response.WriteAsync("<html>no upstream</html>");
        }
        else if (body.Length > MaxBody)
        {
            context.Response.StatusCode = 413;
        }
        else if (await DoAsync(context, operation, query, body) is { } answer)
        {
            if (fault == Fault.Hang)
                await GoneAsync(context);
            else if (fault == Fault.DropAfter)
                context.Abort();
            else
                await WriteAsync(context, answer);
        }
    }

    private static async Task GoneAsync(HttpContext context)
    {
        var gone = new TaskCompletionSource();
        using var registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    private async Task<StandInAnswer?> DoAsync(
        HttpContext context,
        DescribedOperation operation,
        Dictionary<string, string> query,
        byte[] body
    )
    {
        try
        {
            StandInAnswer answer;
            lock (_gate)
                answer = Do(operation, query, body);
            if (operation.Id == "bulk")
                Interlocked
                    .Exchange(ref _written, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))
                    .SetResult();
            var problems =
                answer.Status == 200 && answer.Body is not null ? ApiDescription.Instance.CheckAnswer(operation, answer.Body) : [];
            if (problems.Count == 0)
                return answer;
            await RefuseAsync(context, $"The stand-in's own answer: {string.Join("; ", problems)}");
        }
        catch (InvalidOperationException problem)
        {
            await RefuseAsync(context, problem.Message);
        }

        return null;
    }

    private StandInAnswer Do(DescribedOperation operation, Dictionary<string, string> query, byte[] body)
    {
        var json = body.Length > 0 && operation.Id != "bulk" ? JsonNode.Parse(body)!.AsObject() : [];
        var (index, name, id) = (
            operation.Path.GetValueOrDefault("index", ""),
            operation.Path.GetValueOrDefault("name", ""),
            operation.Path.GetValueOrDefault("id", "")
        );
        return operation.Id switch
        {
            "info" => Cluster.Info(),
            "ping" => new StandInAnswer(200, null),
            "indices-put-index-template" => Cluster.PutTemplate(name, json),
            "indices-put-mapping" => Cluster.PutMapping(index, json),
            "indices-create" => Cluster.CreateIndex(index, json),
            "indices-delete" => Cluster.DeleteIndex(index),
            "indices-get-alias-3" => Cluster.GetAliases(index, null),
            "indices-get-alias-2" => Cluster.GetAliases(index, name),
            "indices-update-aliases" => Cluster.UpdateAliases(json),
            "bulk" => Cluster.Bulk(body, Faults.OfItem),
            "indices-refresh-2" => Cluster.RefreshIndex(index),
            "delete-by-query" => Cluster.DeleteByQuery(index, json),
            "search-3" => Cluster.Search(index, json, query.GetValueOrDefault("typed_keys") == "true"),
            "exists" => Cluster.DocumentExists(index, id),
            _ => throw new InvalidOperationException($"{operation.Id} is not understood."),
        };
    }

    private async Task RefuseAsync(HttpContext context, string problem)
    {
        _problems.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}: {problem}");
        await WriteAsync(context, StandInAnswer.Error(400, "stand_in_exception", problem));
    }

    private static async Task WriteAsync(HttpContext context, StandInAnswer answer)
    {
        context.Response.StatusCode = answer.Status;
        if (answer.Body is null)
            return;
        context.Response.ContentType = "application/vnd.elasticsearch+json;compatible-with=9";
        await context.Response.WriteAsync(answer.Body.ToJsonString());
    }
}
