using System.Buffers;
using System.Diagnostics;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Timestone.Api;

/// <summary>
/// What is no HTTP, or too long, or too slow, Kestrel refuses before any middleware runs, and with nothing in the answer. It
/// tells of that first, through the source of events that it is given: this one puts a problem document into the answer.
/// </summary>
/// <param name="events">Where events go otherwise. Whoever listened there would make each request ask several times who listens.</param>
internal sealed class RejectedRequests(DiagnosticListener events) : DiagnosticSource
{
    private const string BadRequest = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    public override bool IsEnabled(string name) => name == BadRequest || events.IsEnabled(name);

    public override void Write(string name, object? value)
    {
        if (
            name == BadRequest
            && value is IFeatureCollection request
            && request.Get<IBadRequestExceptionFeature>()?.Error is BadHttpRequestException refusal
        )
            Tell(request, refusal);
        if (events.IsEnabled(name))
            events.Write(name, value);
    }

    private static void Tell(IFeatureCollection request, BadHttpRequestException refusal)
    {
        // Once an answer has begun nothing can be put into it; and what is written below is no HTTP/2.
        if (request.Get<IHttpResponseFeature>() is not { HasStarted: false } response
            || request.Get<IHttpResponseBodyFeature>() is not { } content
            || request.Get<IConnectionTransportFeature>()?.Transport?.Output is not { } output
            || request.Get<IHttp2StreamIdFeature>() is not null)
            return;
        var error = Problems.ErrorOf(refusal);
        var body = Answer.Bytes(Problems.Of(refusal.StatusCode, error with { Detail = error.Detail.Cut() }), ApiJson.Wire.Problem);
        response.Headers.ContentType = Problems.ContentType;
        response.Headers.ContentLength = body.Length;
        response.Headers.Connection = "close";

        // Kestrel writes the head at once. It has no body to write to while there is no request, so that goes behind the head directly.
        var head = content.StartAsync();
        Debug.Assert(head.IsCompletedSuccessfully, "Nothing waits for the begin of such an answer.");
        if (request.Get<IHttpRequestFeature>()?.Method != HttpMethods.Head)
            output.Write(body);
    }
}
