namespace Timestone.Indexing.Elasticsearch;

/// <summary>A message of which queue and index held different things at first sight.</summary>
/// <param name="Queue">Its queue.</param>
/// <param name="Id">Its id.</param>
/// <param name="Life">Its life.</param>
/// <param name="Version">The version that its queue had; 0 where it did not hold the message.</param>
internal sealed record Suspect(string Queue, string Id, string Life, int Version)
{
    public string Document => DocumentId.Of(Queue, Id, Life);
}
