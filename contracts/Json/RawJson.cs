using System.Text.Json;
using System.Text.Json.Serialization;

namespace Timestone.Json;

/// <summary>One JSON value as the bytes it came in; the default is "not given".</summary>
/// <param name="Bytes">Its UTF-8 text; empty when not given.</param>
[JsonConverter(typeof(RawJsonConverter))]
public readonly record struct RawJson(ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Levels of nesting that a whole body may have: those of a value and the few that stand around it.</summary>
    public const int MostLevels = Limits.MaxJsonDepth + 8;

    /// <summary>What to say of a value that is nested too deeply.</summary>
    public static string TooDeep { get; } = $"JSON may be nested {Limits.MaxJsonDepth} levels deep at the most.";

    /// <summary>The value that a payload is, if it is JSON.</summary>
    public static RawJson Of(Payload payload) => payload.Kind == PayloadKind.Json ? new RawJson(payload.Bytes) : default;

    /// <summary>The value as a payload.</summary>
    public Payload ToPayload() => Bytes.IsEmpty ? default : Payload.FromStored(PayloadKind.Json, Bytes);

    /// <summary>Whether JSON is nested more deeply than <see cref="Limits.MaxJsonDepth"/>.</summary>
    internal static bool IsTooDeep(ReadOnlySpan<byte> utf8Json)
    {
        // No deeper than it has opening brackets, which are counted many at a time.
        if (utf8Json.Count((byte)'[') + utf8Json.Count((byte)'{') <= Limits.MaxJsonDepth)
            return false;
        var reader = new Utf8JsonReader(utf8Json, new JsonReaderOptions { MaxDepth = MostLevels });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject && reader.CurrentDepth >= Limits.MaxJsonDepth)
                return true;
        }

        return false;
    }
}
