using System.Collections.Concurrent;
using System.Net;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Timestone.AppHost.Tests;

/// <summary>One span or metric: what it is called, and the process that it is of.</summary>
/// <param name="Service">The resource in Aspire.</param>
/// <param name="Instance">Which of its replicas.</param>
/// <param name="Name">The span's or metric's name.</param>
public sealed record Signal(string Service, string Instance, string Name);

/// <summary>
/// Receives OTLP over gRPC, as Aspire's dashboard does. Of each message it reads the field numbers that it needs:
/// a request has resources (1), each with its attributes and scopes, and each of these its spans or metrics.
/// </summary>
public sealed class TelemetryReceiver : IAsyncDisposable
{
    // Before a message of gRPC: whether it is compressed, and its length.
    private const int Prefix = 5;

    // Of a span, and of a metric.
    private const int SpanName = 5, MetricName = 1;

    private readonly WebApplication _app;

    private TelemetryReceiver(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public ConcurrentDictionary<Signal, bool> Spans { get; } = [];

    public ConcurrentDictionary<Signal, bool> Metrics { get; } = [];

    public static async Task<TelemetryReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        var receiver = new TelemetryReceiver(app);
        const string Services = "/opentelemetry.proto.collector.";
        app.MapPost(Services + "trace.v1.TraceService/Export", (HttpContext http) => ReceiveAsync(http, SpanName, receiver.Spans));
        app.MapPost(Services + "metrics.v1.MetricsService/Export", (HttpContext http) =>
            ReceiveAsync(http, MetricName, receiver.Metrics));
        app.MapPost(Services + "logs.v1.LogsService/Export", static (HttpContext http) => AnswerAsync(http));
        await app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task ReceiveAsync(HttpContext http, int name, ConcurrentDictionary<Signal, bool> signals)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        foreach (var resource in Fields(ByteString.CopyFrom(body.ToArray().AsSpan(Prefix)), 1))
        {
            var attributes = Fields(resource, 1, 1).ToDictionary(static pair => Text(pair, 1), static pair => Text(pair, 2, 1));
            foreach (var found in Fields(resource, 2, 2))
                signals.TryAdd(new Signal(attributes["service.name"], attributes["service.instance.id"], Text(found, name)), true);
        }

        await AnswerAsync(http);
    }

    // An empty message: all of it was taken.
    private static async Task AnswerAsync(HttpContext http)
    {
        http.Response.ContentType = "application/grpc";
        await http.Response.Body.WriteAsync(new byte[Prefix]);
        http.Response.AppendTrailer("grpc-status", "0");
    }

    private static string Text(ByteString message, params int[] path) =>
        Fields(message, path).SingleOrDefault(ByteString.Empty).ToStringUtf8();

    private static List<ByteString> Fields(ByteString message, params ReadOnlySpan<int> path)
    {
        if (path.IsEmpty)
            return [message];
        var found = new List<ByteString>();
        var input = message.CreateCodedInput();
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == path[0] && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
                found.AddRange(Fields(input.ReadBytes(), path[1..]));
            else
                input.SkipLastField();
        }

        return found;
    }
}
