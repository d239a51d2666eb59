using System.Text.Json;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>One document to write or remove. Written again, or late, it changes nothing: the version or the id sees to that.</summary>
/// <param name="Event">The event that asks for it.</param>
/// <param name="Action">What is done.</param>
/// <param name="Index">
/// The historic index, written under its alias and deleted from by its own name; null for that of current messages and the one that may be
/// built beside it.
/// </param>
/// <param name="Id">The document's id.</param>
/// <param name="Version">The document's version in the index of current messages.</param>
/// <param name="Document">The document; null of a removal.</param>
internal sealed record BulkWrite(StreamEvent Event, BulkAction Action, string? Index, string Id, int Version, byte[]? Document)
{
    public static BulkWrite Of(StreamEvent each, IndexedMessage message) => new(
        each,
        BulkAction.Index,
        null,
        DocumentId.Of(message),
        message.Version,
        JsonSerializer.SerializeToUtf8Bytes(message, DocumentJson.Current));

    public static BulkWrite Of(StreamEvent each, RemovedMessage removed) =>
        new(each, BulkAction.Delete, null, DocumentId.Of(removed.Queue, removed.Id, removed.Life), removed.Version, null);

    public static BulkWrite Of(StreamEvent each, Transition transition, string index) => new(
        each,
        BulkAction.Create,
        index,
        DocumentId.Of(transition),
        transition.Version,
        JsonSerializer.SerializeToUtf8Bytes(transition, DocumentJson.Historic));
}
