using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Timestone.Api;

/// <summary>Writes JSON answers.</summary>
internal static class Answer
{
    private const string Json = "application/json";

    // A buffer that one large answer made larger than this is not kept.
    private const int KeptBytes = 1024 * 1024;

    // Told as it is, not escaped for a web page that it may be pasted into: people read answers.
    private static readonly JsonWriterOptions Options = new()
    {
        SkipValidation = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    /// <summary>Writes an answer of moderate size in one piece, with its length, so that it is one write to the socket.</summary>
    public static Task WriteAsync<T>(HttpContext context, int status, T value, JsonTypeInfo<T> type, string contentType = Json)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(4096);
        var writer = _writer ??= new Utf8JsonWriter(buffer, Options);
        writer.Reset(buffer);
        JsonSerializer.Serialize(writer, value, type);
        writer.Flush();

        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = buffer.WrittenCount;
        response.BodyWriter.Write(buffer.WrittenSpan);
        if (buffer.Capacity > KeptBytes)
            (_buffer, _writer) = (null, null);
        else
            buffer.ResetWrittenCount();
        return Task.CompletedTask;
    }

    /// <summary>What such an answer holds, where there is no request to answer.</summary>
    public static ReadOnlySpan<byte> Bytes<T>(T value, JsonTypeInfo<T> type)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
            JsonSerializer.Serialize(writer, value, type);
        return buffer.WrittenSpan;
    }

    /// <summary>Writes an answer that may be larger than memory should hold, at the pace at which it is read.</summary>
    public static Task StreamAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = Json;
        return JsonSerializer.SerializeAsync(context.Response.BodyWriter, value, type, context.RequestAborted);
    }
}
