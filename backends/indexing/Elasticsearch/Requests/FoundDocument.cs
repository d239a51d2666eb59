using System.Text.Json;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>A document of the index of current messages, as it was written last, whether searches find it already or not.</summary>
/// <param name="Version">The version by which Elasticsearch decides what is newer.</param>
/// <param name="Sequence">The number of the write.</param>
/// <param name="Term">The term of the write.</param>
/// <param name="Message">What it holds; null where that is no message.</param>
internal sealed record FoundDocument(long Version, long Sequence, long Term, IndexedMessage? Message)
{
    /// <summary>Reads one of the documents that a request for many answers; null where there is none.</summary>
    /// <exception cref="IOException">It could not be looked for.</exception>
    public static FoundDocument? Read(JsonElement document)
    {
        if (document.TryGetProperty("error", out var error))
            throw new IOException($"Elasticsearch cannot look for a document: {ElasticsearchException.Cause(error).Reason}");
        if (!document.GetProperty("found").GetBoolean())
            return null;
        return new FoundDocument(
            document.GetProperty("_version").GetInt64(),
            document.GetProperty("_seq_no").GetInt64(),
            document.GetProperty("_primary_term").GetInt64(),
            MessageOf(document));
    }

    private static IndexedMessage? MessageOf(JsonElement document)
    {
        try
        {
            return document.TryGetProperty("_source", out var source)
                ? source.Deserialize(DocumentJson.Current)
                : null;
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException or FormatException or TimestoneException)
        {
            // Somebody else has written it.
            return null;
        }
    }
}
