namespace Timestone.Backends.Elasticsearch;

/// <summary>x</summary>
public sealed class ElasticsearchRebuild;
