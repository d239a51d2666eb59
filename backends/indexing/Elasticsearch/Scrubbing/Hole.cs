namespace Timestone.Indexing.Elasticsearch;

/// <summary>A message of whose transitions the historic indices had fewer than its queue has counted.</summary>
/// <param name="Queue">Its queue.</param>
/// <param name="Id">Its id.</param>
/// <param name="Life">Its life.</param>
/// <param name="Version">How many there were.</param>
/// <param name="EnqueuedAt">When the first was.</param>
/// <param name="UpdatedAt">When the last was.</param>
internal sealed record Hole(string Queue, string Id, string Life, int Version, DateTimeOffset EnqueuedAt, DateTimeOffset UpdatedAt)
{
    public string Message => $"{Queue}/{Id}";

    public static Hole Of(IndexedMessage held) => new(held.Queue, held.Id, held.Life, held.Version, held.EnqueuedAt, held.UpdatedAt);
}
