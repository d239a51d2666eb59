using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Elastic.Clients.Elasticsearch;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>
/// Where a page ended: the values that the last document was sorted by, behind what they are values of. Opaque to callers.
/// </summary>
internal static class SearchCursor
{
    /// <param name="order">What was sorted by, so that a cursor of another search is not taken for one of this.</param>
    /// <param name="sort">The last document's values, as Elasticsearch gave them.</param>
    public static string Write(string order, IEnumerable<FieldValue> sort)
    {
        var values = new JsonArray([
            .. sort.Select(static value => value.TryGetLong(out var number) ? (JsonNode)number.Value : (string)value.Value!),
        ]);
        return Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{order}{values.ToJsonString()}"));
    }

    /// <summary>Reads the values that a search goes on after.</summary>
    /// <param name="cursor">What <see cref="Write"/> made.</param>
    /// <param name="order">What is sorted by.</param>
    /// <param name="kinds">What the values are: for each field a number or text.</param>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: it is no cursor of such a search.</exception>
    public static List<FieldValue> Read(string cursor, string order, ReadOnlySpan<JsonValueKind> kinds)
    {
        try
        {
            var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
            if (
                text.StartsWith(order + "[", StringComparison.Ordinal)
                && JsonNode.Parse(text[order.Length..]) is JsonArray values
                && Are(values, kinds)
            )
                return
                [
                    .. values.Select(static value =>
                        value!.GetValueKind() == JsonValueKind.Number ? (FieldValue)(long)value : (string)value!
                    ),
                ];
        }
        catch (Exception problem) when (problem is FormatException or JsonException)
        {
            // Said below.
        }

        throw Validation.Invalid("cursor", "cursor is none that a page of this search has given.");
    }

    private static bool Are(JsonArray values, ReadOnlySpan<JsonValueKind> kinds)
    {
        if (values.Count != kinds.Length)
            return false;
        for (var i = 0; i < kinds.Length; i++)
        {
            if (
                values[i]?.GetValueKind() != kinds[i]
                || (kinds[i] == JsonValueKind.Number && !values[i]!.AsValue().TryGetValue<long>(out _))
            )
                return false;
        }

        return true;
    }
}
