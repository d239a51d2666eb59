using System.Text.Json;
using System.Text.Json.Nodes;
using Shouldly;
using Timestone.Cli;
using Timestone.Tests.Elasticsearch;
using Timestone.Tests.Support;

namespace Timestone.Tests.Flow;

/// <summary>What must hold of the indices when nothing happens any more.</summary>
internal static class IndexAudit
{
    private const string Current = "timestone-current-*", Historic = "timestone-historic-*";
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(30), Glance = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>What <c>verify-index</c> does finds no difference.</summary>
    /// <returns>How many messages it compared.</returns>
    public static async Task<long> VerifyAsync(ITimestone service, string about)
    {
        var verdict = await new IndexVerifier(service, Wait, TimeProvider.System).VerifyAsync(queue: null, CancellationToken.None);
        verdict.Differences.ShouldBeEmpty(about);
        verdict.Messages.ShouldBePositive(about);
        return verdict.Messages;
    }

    /// <summary>Waits until everything that a load did is in both indices.</summary>
    public static async Task IncludesAsync(this ElasticsearchServer elasticsearch, Workload load, int partitions)
    {
        // A deleted queue's messages are removed behind the documents of its batch, and before those of the next one.
        var marked = 0;
        for (var round = 0; round < 2; round++)
        {
            marked = await load.MarkAsync(marked, partitions);
            await Eventually.BeAsync(
                async () => await MarkedAsync(Current) == marked && await MarkedAsync(Historic) == marked,
                Patience,
                Glance
            );
        }

        async Task<int> MarkedAsync(string indices)
        {
            await elasticsearch.RefreshAsync(indices);
            return await elasticsearch.CountAsync(indices, new JsonObject { ["term"] = new JsonObject { ["queue"] = Workload.Markers } });
        }
    }

    /// <summary>How many transitions are indexed.</summary>
    public static async Task<int> TransitionsAsync(this ElasticsearchServer elasticsearch)
    {
        await elasticsearch.RefreshAsync(Historic);
        return await elasticsearch.CountAsync(Historic);
    }

    /// <summary>Waits until more transitions are indexed than so many.</summary>
    public static Task ExceedsAsync(this ElasticsearchServer elasticsearch, int transitions) =>
        Eventually.BeAsync(async () => await elasticsearch.TransitionsAsync() > transitions, Patience, Glance);

    /// <summary>
    /// The historic index has each transition of every message there ever was exactly once, with the versions 1 to n, n being the message's
    /// version in the current index. One that is not there has ended, or its queue was deleted. A removal counts as one more, and is a row
    /// of its own behind them where a history shows it.
    /// </summary>
    /// <returns>How many transitions, and of how many messages.</returns>
    public static async Task<(int Transitions, int Messages)> CheckHistoryAsync(
        this ElasticsearchServer elasticsearch,
        Workload load,
        string about
    )
    {
        await elasticsearch.RefreshAsync("timestone-*");
        var transitions = (await elasticsearch.ReadAsync(Historic)).ConvertAll(Row.Of);
        var lives = transitions
            .GroupBy(static row => row.Life)
            .ToDictionary(static life => life.Key, static life => life.OrderBy(static row => row.Version).ToList());
        var current = (await elasticsearch.ReadAsync(Current))
            .Select(Row.Of)
            .ToDictionary(static row => row.Life, static row => row.Version);
        current.Keys.Except(lives.Keys).ShouldBeEmpty(about);
        load.Ids.Except(transitions.Where(static row => row.Queue != Workload.Markers).Select(static row => row.Id)).ShouldBeEmpty(about);
        foreach (var (life, rows) in lives)
        {
            var told = rows.FindAll(static row => row.To is not null);
            told.Select(static row => row.Version).ShouldBe(Enumerable.Range(1, told.Count), $"{about} {life}");
            if (current.TryGetValue(life, out var version))
            {
                rows.Count.ShouldBe(version, $"{about} {life}");
                told.Count.ShouldBe(version, $"{about} {life}");
                continue;
            }

            rows.Count(static row => row.To is null).ShouldBeLessThanOrEqualTo(1, $"{about} {life}");
            // One partition may tell that a queue is gone before another has told all of its messages.
            if (rows[0].Queue == Workload.Deleted)
                continue;
            told[^1].To.ShouldBeOneOf(["completed", "canceled", "errored"], $"{about} {life}");
            rows[^1].Version.ShouldBeOneOf([told.Count, told.Count + 1], $"{about} {life}");
        }

        // Every message is enqueued and comes to its end.
        transitions.Count.ShouldBeGreaterThanOrEqualTo(2 * load.Ids.Count(), about);
        return (transitions.Count, lives.Count);
    }

    // A document of either index. Only a transition has a state that it led to.
    private sealed record Row(string Queue, string Id, string Life, int Version, string? To)
    {
        public static Row Of(JsonElement document)
        {
            var (queue, id) = (document.GetProperty("queue").GetString()!, document.GetProperty("id").GetString()!);
            return new(
                queue,
                id,
                $"{queue}/{id}/{document.GetProperty("life").GetString()}",
                document.GetProperty("version").GetInt32(),
                document.TryGetProperty("to", out var to) ? to.GetString() : null);
        }
    }
}
