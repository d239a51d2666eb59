using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace Timestone.Api;

/// <summary>
/// What is no HTTP, or too long, Kestrel refuses before any middleware runs, and with nothing in the answer. It tells of that first: then
/// the connection's output puts a problem document in the place of what Kestrel writes next.
/// </summary>
internal static class RejectedRequests
{
    private const string BadRequest = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    /// <summary>Listens for what Kestrel refuses, for as long as the process lives.</summary>
    public static void Watch(DiagnosticListener events) => events.Subscribe(new Watcher(), static name => name == BadRequest);

    /// <summary>A connection whose refusals can be told.</summary>
    public static ConnectionDelegate Use(ConnectionDelegate next) => connection =>
    {
        var output = new Output(connection.Transport.Output);
        connection.Transport = new Duplex(connection.Transport.Input, output);
        connection.Features.Set(output);
        return next(connection);
    };

    private static byte[] AnswerTo(BadHttpRequestException refusal)
    {
        var status = refusal.StatusCode;
        var detail = status switch
        {
            StatusCodes.Status414UriTooLong => "The request's path and query are too long.",
            StatusCodes.Status431RequestHeaderFieldsTooLarge => "The request's headers are too long or too many.",
            StatusCodes.Status408RequestTimeout => "The request did not arrive in time.",
            StatusCodes.Status505HttpVersionNotsupported => "The request must be of HTTP/1.1 or HTTP/1.0.",
            _ => refusal.Message.Cut(),
        };
        var code = status == StatusCodes.Status413PayloadTooLarge ? ErrorCode.PayloadTooLarge : ErrorCode.InvalidArgument;
        var body = JsonSerializer.SerializeToUtf8Bytes(Problems.Of(status, new TimestoneError(code, detail)), ApiJson.Wire.Problem);
        var head = string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} {ReasonPhrases.GetReasonPhrase(status)}\r\nContent-Type: {Problems.ContentType}\r\nContent-Length: {body.Length}\r\nConnection: close\r\nDate: {DateTimeOffset.UtcNow:R}\r\n\r\n");
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }

    private sealed class Watcher : IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(KeyValuePair<string, object?> value)
        {
            // Once an answer has begun nothing can be put in its place.
            if (value.Value is IFeatureCollection request
                && request.Get<IHttpResponseFeature>() is not { HasStarted: true }
                && request.Get<IBadRequestExceptionFeature>()?.Error is BadHttpRequestException refusal)
                request.Get<Output>()?.Answer(AnswerTo(refusal));
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }

    /// <summary>A connection's output, in which the last answer can be another one than is written.</summary>
    private sealed class Output(PipeWriter inner) : PipeWriter
    {
        private ArrayBufferWriter<byte>? _dropped;

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public void Answer(byte[] instead)
        {
            inner.Write(instead);
            _dropped = new ArrayBufferWriter<byte>();
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => _dropped?.GetMemory(sizeHint) ?? inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => _dropped is { } dropped ? dropped.GetSpan(sizeHint) : inner.GetSpan(sizeHint);

        public override void Advance(int bytes)
        {
            if (_dropped is { } dropped)
                dropped.Advance(bytes);
            else
                inner.Advance(bytes);
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
    }
}
