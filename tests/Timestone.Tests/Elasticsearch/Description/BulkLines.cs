namespace Timestone.Tests.Elasticsearch;

/// <summary>The lines of a bulk request.</summary>
internal static class BulkLines
{
    public static IEnumerable<ReadOnlyMemory<byte>> Of(byte[] body)
    {
        for (var start = 0; start < body.Length;)
        {
            var end = Array.IndexOf(body, (byte)'\n', start);
            end = end < 0 ? body.Length : end;
            yield return body.AsMemory(start, end - start);
            start = end + 1;
        }
    }
}
