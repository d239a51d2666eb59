using Timestone.Tests.Conformance.Subjects;
using Timestone.Tests.Support;

namespace Timestone.Tests.Conformance;

/// <summary>What of the suite reads the index, on the one in Elasticsearch.</summary>
public static class OnElasticsearch
{
    [Slow] public sealed class Search() : SearchTests(new ElasticsearchSubject());

    [Slow] public sealed class SearchHistory() : SearchHistoryTests(new ElasticsearchSubject());

    [Slow] public sealed class SearchStats() : SearchStatsTests(new ElasticsearchSubject());
}
