using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Timestone.Api;

/// <summary>Makes what a route wants of a request's body.</summary>
internal delegate T ReadBody<out T>(ReadOnlySpan<byte> utf8Json);

/// <summary>Reads request bodies.</summary>
internal static class Body
{
    /// <summary>A body that must be there.</summary>
    public static ReadBody<T> Required<T>(JsonTypeInfo<T> type)
        where T : class =>
        utf8Json => Parse(utf8Json, type);

    /// <summary>A body that may be left out.</summary>
    public static ReadBody<T> Optional<T>(JsonTypeInfo<T> type, T absent)
        where T : class =>
        utf8Json => utf8Json.IsEmpty ? absent : Parse(utf8Json, type);

    public static T Parse<T>(ReadOnlySpan<byte> utf8Json, JsonTypeInfo<T> type)
        where T : class
    {
        if (utf8Json.IsEmpty)
            throw new TimestoneException(ErrorCode.InvalidArgument, "The request needs a body.");
        try
        {
            return JsonSerializer.Deserialize(utf8Json, type)
                ?? throw new TimestoneException(ErrorCode.InvalidArgument, "The body must be a JSON object.");
        }
        catch (JsonException problem)
        {
            throw BadJson.Explain(problem);
        }
    }

    // What takes longer to parse than a moment is not parsed on the thread that polls the sockets, on which all others wait.
    private const int InlineBytes = 64 * 1024;

    // Nor by all threads of the pool, on which the queues work.
    private static readonly TaskScheduler Aside = new ConcurrentExclusiveSchedulerPair(
        TaskScheduler.Default,
        Math.Max(1, Environment.ProcessorCount / 2)
    ).ConcurrentScheduler;

    /// <summary>Reads the whole body, then makes the request of it.</summary>
    public static ValueTask<T> ReadAsync<T>(HttpContext context, ReadBody<T> read)
    {
        CheckType(context);

        // A small body has come with its headers.
        var body = context.Request.BodyReader;
        if (!body.TryRead(out var arrived))
            return ReadRestAsync(context, read);
        if (arrived.IsCompleted)
            return TakeAsync(context, arrived.Buffer, read);
        body.AdvanceTo(arrived.Buffer.Start, arrived.Buffer.End);
        return ReadRestAsync(context, read);
    }

    private static async ValueTask<T> ReadRestAsync<T>(HttpContext context, ReadBody<T> read)
    {
        var body = context.Request.BodyReader;
        while (true)
        {
            var arrived = await body.ReadAsync(CancellationToken.None).ConfigureAwait(false);
            if (arrived.IsCompleted)
                return await TakeAsync(context, arrived.Buffer, read).ConfigureAwait(false);
            body.AdvanceTo(arrived.Buffer.Start, arrived.Buffer.End);
        }
    }

    private static ValueTask<T> TakeAsync<T>(HttpContext context, ReadOnlySequence<byte> body, ReadBody<T> read) =>
        body.Length <= InlineBytes ? new ValueTask<T>(Take(context, body, read)) : TakeAsideAsync(context, body, read);

    // By itself, so that a small body does not pay for the closure.
    private static ValueTask<T> TakeAsideAsync<T>(HttpContext context, ReadOnlySequence<byte> body, ReadBody<T> read) =>
        new(Task.Factory.StartNew(() => Take(context, body, read), CancellationToken.None, TaskCreationOptions.DenyChildAttach, Aside));

    private static T Take<T>(HttpContext context, ReadOnlySequence<byte> body, ReadBody<T> read)
    {
        try
        {
            if (body.IsSingleSegment)
                return Checked(body.FirstSpan, read);
            var length = checked((int)body.Length);
            var whole = ArrayPool<byte>.Shared.Rent(length);
            body.CopyTo(whole);
            var taken = Checked(whole.AsSpan(0, length), read);
            ArrayPool<byte>.Shared.Return(whole);
            return taken;
        }
        finally
        {
            context.Request.BodyReader.AdvanceTo(body.End);
        }
    }

    // The JSON reader looks into strings only where they are unescaped; a payload is kept as it came.
    private static T Checked<T>(ReadOnlySpan<byte> utf8Json, ReadBody<T> read)
    {
        if (!Utf8.IsValid(utf8Json))
            throw new TimestoneException(ErrorCode.InvalidArgument, "The body is not valid UTF-8.");
        if (utf8Json.Length > InlineBytes)
            BatchBound.Check(utf8Json);
        return read(utf8Json);
    }

    /// <summary>
    /// Any body must say that it is JSON: a page of another site cannot make a browser send that without asking first. One that is
    /// absent need not.
    /// </summary>
    private static void CheckType(HttpContext context)
    {
        var request = context.Request;
        if (
            request.Headers.ContentEncoding is { Count: > 0 } coding
            && !coding.ToString().Equals("identity", StringComparison.OrdinalIgnoreCase)
        )
        {
            context.Response.Headers.AcceptEncoding = "identity";
            throw Unsupported($"The body must not be encoded, and is '{coding.ToString().Cut()}'.");
        }

        if (request.ContentType is not { Length: > 0 } contentType)
        {
            if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false })
                throw Unsupported("The body must say that it is JSON: Content-Type: application/json.");
        }
        else if (contentType is not ("application/json" or "application/json; charset=utf-8") && !IsJson(contentType))
        {
            throw Unsupported($"The body must be application/json in UTF-8, not '{contentType.Cut()}'.");
        }
    }

    private static bool IsJson(string contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    private static BadHttpRequestException Unsupported(string detail) => new(detail, StatusCodes.Status415UnsupportedMediaType);
}
