using Shouldly;
using Timestone.Cli;
using Timestone.Tests.Elasticsearch;

namespace Timestone.Tests.Flow;

/// <summary>What must hold of the indices when nothing happens any more.</summary>
internal static class IndexAudit
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>What <c>verify-index</c> does finds no difference.</summary>
    /// <returns>How many messages it compared.</returns>
    public static async Task<long> VerifyAsync(ITimestone service, string about)
    {
        var verdict = await new IndexVerifier(service, Wait, TimeProvider.System).VerifyAsync(queue: null, CancellationToken.None);
        verdict.Differences.ShouldBeEmpty(about);
        return verdict.Messages;
    }

    /// <summary>Waits until everything that a load did is in both indices.</summary>
    public static async Task IncludesAsync(this ElasticsearchStandIn elasticsearch, Workload load, int partitions)
    {
        // A deleted queue's messages are removed behind the documents of its batch, and before those of the next one.
        var marked = 0;
        for (var round = 0; round < 2; round++)
        {
            marked = await load.MarkAsync(marked, partitions);
            await elasticsearch.BecomesAsync(cluster => Marked(cluster, "-current-") == marked && Marked(cluster, "-historic-") == marked, Patience);
        }
    }

    /// <summary>How many documents were written.</summary>
    public static int Documents(this ElasticsearchStandIn elasticsearch) => elasticsearch.Read(Documents);

    /// <summary>Waits until more documents were written than so many.</summary>
    public static Task ExceedsAsync(this ElasticsearchStandIn elasticsearch, int documents) =>
        elasticsearch.BecomesAsync(cluster => Documents(cluster) > documents, Patience);

    /// <summary>
    /// The historic index has each transition of every message there ever was exactly once, with the versions 1 to n, n being the message's version in the current
    /// index; there a removal counts as one more, and is a row of its own behind them where a history shows it.
    /// </summary>
    /// <returns>How many transitions, and of how many messages.</returns>
    public static (int Transitions, int Messages) CheckHistory(this ElasticsearchStandIn elasticsearch, string about) => elasticsearch.Read(cluster =>
    {
        var transitions = Indices(cluster, "-historic-").SelectMany(static index => index.Written.Values).Select(static document => Told(document)).ToList();
        var lives = transitions.GroupBy(static told => told.Life).ToDictionary(static life => life.Key, static life => life.OrderBy(static told => told.Version).ToList());
        var current = Indices(cluster, "-current-").Single().Written;
        current.Keys.Except(lives.Keys).ShouldBeEmpty(about);
        lives.Keys.Except(current.Keys).ShouldBeEmpty(about);
        foreach (var (life, rows) in lives)
        {
            rows.Count(static told => told.Removed).ShouldBeLessThanOrEqualTo(current[life].Source is null ? 1 : 0, $"{about} {life}");
            rows.FindIndex(static told => told.Removed).ShouldBeOneOf(-1, rows.Count - 1);
            var versions = rows.Where(static told => !told.Removed).Select(static told => told.Version).ToList();
            versions.ShouldBe(Enumerable.Range(1, versions.Count), $"{about} {life}");
            var document = current[life];
            var last = document.Source is null ? document.Version - 1 : document.Version;
            // One partition may tell that a queue is gone before another has told all of its messages.
            if (document.Source is null && life.StartsWith($"{Workload.Deleted}/", StringComparison.Ordinal))
                versions.Count.ShouldBeGreaterThanOrEqualTo((int)last, $"{about} {life}");
            else
                versions.Count.ShouldBe((int)last, $"{about} {life}");
        }

        return (transitions.Count, lives.Count);
    });

    private static int Documents(StandInCluster cluster) => cluster.Indices.Values.Sum(static index => index.Written.Count);

    private static int Marked(StandInCluster cluster, string kind)
    {
        cluster.Refresh();
        return Indices(cluster, kind).Sum(static index => index.Visible.With("queue", Workload.Markers).Count);
    }

    private static IEnumerable<StandInIndex> Indices(StandInCluster cluster, string kind) =>
        cluster.Indices.Values.Where(index => index.Name.Contains(kind, StringComparison.Ordinal));

    private static (string Life, int Version, bool Removed) Told(StandInDocument document) =>
        ($"{document.Value("queue")}/{document.Value("id")}/{document.Value("life")}", (int)(long)document.Value("version"), !document.Values("to").Any());
}
