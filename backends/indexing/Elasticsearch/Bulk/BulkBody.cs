using System.Buffers;
using System.Text.Json;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>The lines of one bulk request, and for each item whose it is.</summary>
internal sealed class BulkBody : IDisposable
{
    private static readonly JsonWriterOptions Unchecked = new() { SkipValidation = true };

    private readonly ArrayBufferWriter<byte> _lines = new();
    private readonly Utf8JsonWriter _writer;

    private BulkBody() => _writer = new Utf8JsonWriter(_lines, Unchecked);

    /// <summary>For each item of the request, in its order, the write that it belongs to.</summary>
    public List<BulkWrite> Items { get; } = [];

    /// <summary>How many items of no write follow those.</summary>
    public int Guards { get; private set; }

    /// <summary>How many writes are in it.</summary>
    public int Writes { get; private set; }

    /// <summary>What is sent.</summary>
    public ReadOnlyMemory<byte> Lines => _lines.WrittenMemory;

    /// <summary>Makes a body of the first of some writes: as many as fit, and at least one. All items of a write are in it.</summary>
    public static BulkBody OfFirst(ReadOnlySpan<BulkWrite> writes, IReadOnlyList<string> current, int maxBytes)
    {
        // Around a document stand its action, its index and its id.
        const int OfAction = 512;
        var body = new BulkBody();
        foreach (var write in writes)
        {
            IReadOnlyList<string> indices = write.Index switch
            {
                null => current,
                _ when write.Action == BulkAction.Delete => [write.Index],
                _ => [IndexNames.WriteAlias(write.Index)],
            };
            if (body.Writes > 0 && body._lines.WrittenCount + (indices.Count * ((write.Document?.Length ?? 0) + OfAction)) > maxBytes)
                break;
            foreach (var index in indices)
                body.Add(write, index);
            body.Writes++;
        }

        body.Guard(current);
        return body;
    }

    public void Dispose() => _writer.Dispose();

    // A deletion with an external version makes the index that it does not find, and cannot require an alias. Elasticsearch makes no index
    // where another item of the request requires the alias. So one that changes nothing stands beside deletions: the update of a document
    // that is never there.
    private void Guard(IReadOnlyList<string> current)
    {
        if (!Items.Exists(static write => write is { Action: BulkAction.Delete, Index: null }))
            return;
        foreach (var alias in current)
        {
            Guards++;
            _writer.Reset();
            _writer.WriteStartObject();
            _writer.WriteStartObject("update"u8);
            _writer.WriteString("_index"u8, alias);
            _writer.WriteString("_id"u8, "/"u8);
            _writer.WriteBoolean("require_alias"u8, true);
            _writer.WriteEndObject();
            _writer.WriteEndObject();
            _writer.Flush();
            _lines.Write("\n{\"doc\":{}}\n"u8);
        }
    }

    private void Add(BulkWrite write, string index)
    {
        Items.Add(write);
        _writer.Reset();
        _writer.WriteStartObject();
        _writer.WriteStartObject(write.Action switch
        {
            BulkAction.Index => "index"u8,
            BulkAction.Create => "create"u8,
            _ => "delete"u8,
        });
        _writer.WriteString("_index"u8, index);
        _writer.WriteString("_id"u8, write.Id);
        if (write.Action != BulkAction.Delete)
            _writer.WriteBoolean("require_alias"u8, true);
        if (write.Index is null)
        {
            _writer.WriteNumber("version"u8, write.Version);
            _writer.WriteString("version_type"u8, "external"u8);
        }

        _writer.WriteEndObject();
        _writer.WriteEndObject();
        _writer.Flush();
        _lines.Write("\n"u8);
        if (write.Document is { } document)
        {
            _lines.Write(document);
            _lines.Write("\n"u8);
        }
    }
}
