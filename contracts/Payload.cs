using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Timestone.Json;

namespace Timestone;

/// <summary>What a message carries: a JSON value or bytes. Equal when kind and bytes are equal.</summary>
public readonly struct Payload : IEquatable<Payload>
{
    private Payload(PayloadKind kind, ReadOnlyMemory<byte> bytes) => (Kind, Bytes) = (kind, bytes);

    /// <summary>How it was given.</summary>
    public PayloadKind Kind { get; }

    /// <summary>The bytes; of a JSON payload its UTF-8 text. Must not be changed after they were given.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>A payload of bytes.</summary>
    public static Payload FromBytes(ReadOnlyMemory<byte> bytes) => new(PayloadKind.Bytes, bytes);

    /// <summary>A payload of text, as a JSON string.</summary>
    public static Payload FromText(string text) => new(PayloadKind.Json, Quote(JsonEncodedText.Encode(text).EncodedUtf8Bytes));

    /// <summary>A payload that is a value serialized to JSON.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: it is nested more deeply than
    /// <see cref="Limits.MaxJsonDepth"/>.</exception>
    public static Payload FromValue<T>(T value, JsonTypeInfo<T> type) => OfJson(JsonSerializer.SerializeToUtf8Bytes(value, type));

    /// <summary>A payload that is already JSON text; white space around the value is not part of it.</summary>
    /// <exception cref="TimestoneException">
    /// <see cref="ErrorCode.InvalidArgument"/>: the text is not valid UTF-8, is not one JSON value, or is nested more deeply than
    /// <see cref="Limits.MaxJsonDepth"/>.
    /// </exception>
    public static Payload FromJson(ReadOnlyMemory<byte> utf8Json)
    {
        utf8Json = utf8Json.Trim(" \t\r\n"u8);
        // The reader looks into strings only where they are unescaped.
        if (!Utf8.IsValid(utf8Json.Span))
            throw Validation.Invalid("payload", "The payload is not valid UTF-8.");
        try
        {
            var reader = new Utf8JsonReader(utf8Json.Span, new JsonReaderOptions { MaxDepth = int.MaxValue });
            while (reader.Read())
            {
                // Reading to the end is what checks it.
            }
        }
        catch (JsonException problem)
        {
            throw new TimestoneException(ErrorCode.InvalidArgument, "The payload is not one JSON value.", "payload", problem);
        }

        return OfJson(utf8Json);
    }

    /// <summary>A payload that is already JSON text.</summary>
    /// <exception cref="TimestoneException">As from UTF-8.</exception>
    public static Payload FromJson(string json) => FromJson(Encoding.UTF8.GetBytes(json));

    /// <summary>A payload from where it was stored: kind and bytes are trusted.</summary>
    public static Payload FromStored(PayloadKind kind, ReadOnlyMemory<byte> bytes) => new(kind, bytes);

    /// <summary>The JSON value that it is.</summary>
    /// <exception cref="InvalidOperationException">It is not JSON.</exception>
    public T? To<T>(JsonTypeInfo<T> type) => Kind == PayloadKind.Json
        ? JsonSerializer.Deserialize(Bytes.Span, type)
        : throw new InvalidOperationException($"The payload is {Kind}, not JSON.");

    /// <inheritdoc/>
    public bool Equals(Payload other) => Kind == other.Kind && Bytes.Span.SequenceEqual(other.Bytes.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Payload other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Kind);
        hash.AddBytes(Bytes.Span);
        return hash.ToHashCode();
    }

    /// <summary>For people: JSON as its text, bytes as base64.</summary>
    public override string ToString() => Kind switch
    {
        PayloadKind.Json => Encoding.UTF8.GetString(Bytes.Span),
        PayloadKind.Bytes => Convert.ToBase64String(Bytes.Span),
        _ => "",
    };

    /// <summary>Equal in kind and bytes.</summary>
    public static bool operator ==(Payload left, Payload right) => left.Equals(right);

    /// <summary>Different in kind or bytes.</summary>
    public static bool operator !=(Payload left, Payload right) => !left.Equals(right);

    private static Payload OfJson(ReadOnlyMemory<byte> utf8Json) =>
        RawJson.IsTooDeep(utf8Json.Span) ? throw Validation.Invalid("payload", RawJson.TooDeep) : new Payload(PayloadKind.Json, utf8Json);

    private static byte[] Quote(ReadOnlySpan<byte> escaped)
    {
        var quoted = new byte[escaped.Length + 2];
        quoted[0] = quoted[^1] = (byte)'"';
        escaped.CopyTo(quoted.AsSpan(1));
        return quoted;
    }
}
