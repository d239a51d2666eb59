namespace Timestone.Backends.Elasticsearch;

/// <summary>All that is ever asked of Elasticsearch. A test checks each against the official description of its interface.</summary>
internal enum ElasticsearchOperation
{
    /// <summary><c>GET /</c></summary>
    Info,

    /// <summary><c>PUT /_index_template/{name}</c></summary>
    PutTemplate,

    /// <summary><c>PUT /{index}/_mapping</c></summary>
    PutMapping,

    /// <summary><c>PUT /{index}</c></summary>
    CreateIndex,

    /// <summary><c>DELETE /{index}</c></summary>
    DeleteIndex,

    /// <summary><c>GET /{index}/_alias/{name}</c></summary>
    GetAliases,

    /// <summary><c>POST /_aliases</c></summary>
    UpdateAliases,

    /// <summary><c>POST /_bulk</c></summary>
    Bulk,

    /// <summary><c>POST /{index}/_refresh</c></summary>
    Refresh,

    /// <summary><c>POST /{index}/_delete_by_query</c></summary>
    DeleteByQuery,

    /// <summary><c>POST /{index}/_search</c></summary>
    Search,

    /// <summary><c>HEAD /{index}/_doc/{id}</c></summary>
    DocumentExists,
}
