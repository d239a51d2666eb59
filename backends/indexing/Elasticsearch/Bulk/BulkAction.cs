namespace Timestone.Indexing.Elasticsearch;

/// <summary>What a bulk request does with a document.</summary>
internal enum BulkAction
{
    /// <summary>Writes it, unless a version as new is there or was removed.</summary>
    Index,

    /// <summary>Writes it, unless it is there.</summary>
    Create,

    /// <summary>Removes it, unless a newer version is there.</summary>
    Delete,
}
