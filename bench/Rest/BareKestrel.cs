using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Timestone.Bench.Rest;

/// <summary>Kestrel with an endpoint that reads the body and answers as an enqueue does, without doing anything.</summary>
internal static class BareKestrel
{
    private static readonly byte[] Answer =
        "{\"id\":\"m-00000-00000-000000000000\",\"state\":\"pending\",\"version\":1,\"duplicate\":false}"u8.ToArray();

    public static int Run(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add($"http://127.0.0.1:{port}");
        app.MapGet("/", static () => "ready");
        app.MapPost("/v1/queues/{queue}/messages", (RequestDelegate)(static async context =>
        {
            while (true)
            {
                var body = await context.Request.BodyReader.ReadAsync().ConfigureAwait(false);
                context.Request.BodyReader.AdvanceTo(body.Buffer.End);
                if (body.IsCompleted)
                    break;
            }

            context.Response.StatusCode = StatusCodes.Status201Created;
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = Answer.Length;
            await context.Response.BodyWriter.WriteAsync(Answer).ConfigureAwait(false);
        }));
        app.Run();
        return 0;
    }
}
