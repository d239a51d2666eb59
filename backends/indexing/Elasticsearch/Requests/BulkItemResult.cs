using System.Text.Json;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>What became of one item of a bulk request.</summary>
internal readonly record struct BulkItemResult(int Status, string ErrorType, string Reason)
{
    /// <summary>
    /// Whether it is as it should be: written, or found that a version as new was there, or nothing to remove.
    /// </summary>
    public bool IsDone => Status is (>= 200 and < 300) or 409 || (Status == 404 && ErrorType.Length == 0);

    /// <summary>
    /// Whether the document is what is wrong, so that it will never be taken. What is wrong with an index, a right or the cluster is not
    /// the document's fault: it is tried again until someone has put that right.
    /// </summary>
    public bool IsRejected =>
        Status is 400 or 413
        && ErrorType
            is not ("validation_exception" or "index_closed_exception" or "invalid_index_name_exception" or "cluster_block_exception");

    /// <summary>Which parts of an answer are read: the rest is not asked for, and is most of it.</summary>
    public const string Parts = "items.*.status,items.*.error";

    /// <summary>Reads the answer of a bulk request, item by item.</summary>
    /// <exception cref="JsonException">It is no JSON, or none of a bulk request.</exception>
    public static List<BulkItemResult> Read(ReadOnlySpan<byte> answer)
    {
        var results = new List<BulkItemResult>();
        var reader = new Utf8JsonReader(answer);
        Expect(ref reader, JsonTokenType.StartObject);
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("items"u8))
            {
                reader.Skip();
                continue;
            }

            Expect(ref reader, JsonTokenType.StartArray);
            while (Next(ref reader) == JsonTokenType.StartObject)
            {
                Expect(ref reader, JsonTokenType.PropertyName);
                results.Add(ReadItem(ref reader));
                Expect(ref reader, JsonTokenType.EndObject);
            }
        }

        return results;
    }

    private static BulkItemResult ReadItem(ref Utf8JsonReader reader)
    {
        var (status, type, reason) = (default(int?), "", "");
        Expect(ref reader, JsonTokenType.StartObject);
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("status"u8))
            {
                Expect(ref reader, JsonTokenType.Number);
                status = reader.GetInt32();
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                (type, reason) = ElasticsearchException.Cause(JsonElement.ParseValue(ref reader));
            }
            else
            {
                reader.Skip();
            }
        }

        return new BulkItemResult(status ?? throw new JsonException("An item has no status."), type, reason);
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (Next(ref reader) != type)
            throw new JsonException($"There is a {reader.TokenType} where a {type} belongs.");
    }

    private static JsonTokenType Next(ref Utf8JsonReader reader) =>
        reader.Read() ? reader.TokenType : throw new JsonException("It ends too early.");
}
