using System.Text.Json;

namespace Timestone.Backends.Elasticsearch;

/// <summary>What became of one item of a bulk request.</summary>
internal readonly record struct BulkItemResult(int Status, string ErrorType, string Reason)
{
    /// <summary>
    /// Whether it is as it should be: written, or found that a version as new was there, or nothing to remove.
    /// </summary>
    public bool IsDone => Status is (>= 200 and < 300) or 409 || (Status == 404 && ErrorType.Length == 0);

    /// <summary>
    /// Whether the document is what is wrong, so that it will never be taken. What is wrong with an index, a right or the cluster is not the
    /// document's fault: it is tried again until someone has put that right.
    /// </summary>
    public bool IsRejected => Status is 400 or 413 && ErrorType is not ("validation_exception" or "index_closed_exception" or "invalid_index_name_exception" or "cluster_block_exception");

    /// <summary>Reads the answer of a bulk request, item by item.</summary>
    public static List<BulkItemResult> Read(byte[] answer)
    {
        using var document = JsonDocument.Parse(answer);
        var results = new List<BulkItemResult>();
        foreach (var item in document.RootElement.GetProperty("items").EnumerateArray())
        {
            foreach (var action in item.EnumerateObject())
            {
                var (type, reason) = action.Value.TryGetProperty("error", out var error) ? ElasticsearchException.Cause(error) : ("", "");
                results.Add(new BulkItemResult(action.Value.GetProperty("status").GetInt32(), type, reason));
            }
        }

        return results;
    }
}
