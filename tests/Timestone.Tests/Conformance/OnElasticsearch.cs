using Timestone.Tests.Conformance.Subjects;

namespace Timestone.Tests.Conformance;

/// <summary>What of the suite reads the index, on the one in Elasticsearch.</summary>
public static class OnElasticsearch
{
    public sealed class Search() : SearchTests(new ElasticsearchSubject());

    public sealed class SearchHistory() : SearchHistoryTests(new ElasticsearchSubject());

    public sealed class SearchStats() : SearchStatsTests(new ElasticsearchSubject());
}
