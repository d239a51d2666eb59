using Shouldly;
using Timestone.Engine;
using Timestone.Events;
using Timestone.Indexing.Memory;
using Timestone.Tests.Reference;
using Timestone.Tests.Simulation;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Indexing;

/// <summary>The index in memory against the naive one, on random stories; a failure names its seed.</summary>
[Slow]
public sealed class MemoryIndexModelTests(ITestOutputHelper output)
{
    private const int Fixed = 150;
    private const int Fresh = 50;

    [Fact]
    public void What_is_told_in_order_is_answered() => Run((index, story, _) => Deliver(index, story.Entries), historyLimit: 100_000);

    [Fact]
    public void What_comes_again_or_out_of_order_changes_nothing() =>
        Run(
            static (index, story, random) =>
            {
                // From anywhere on once more, as after a failure, and then each entry with those around it in any order.
                foreach (var _ in Enumerable.Range(0, 3))
                    Deliver(index, story.Entries.Skip(random.Next(story.Entries.Count)).Take(random.Next(200)));
                Deliver(
                    index,
                    story
                        .Entries.Select((entry, i) => (entry, Place: i + random.Next(40)))
                        .OrderBy(static one => one.Place)
                        .Select(static one => one.entry)
                );
                Deliver(index, story.Entries.Skip(random.Next(story.Entries.Count)));
            },
            historyLimit: 100_000
        );

    [Fact]
    public void Behind_a_gap_it_knows_what_it_is_told_from_then_on_and_nothing_else() => Run(
        static (index, story, random) =>
        {
            Deliver(index, new OutboxStory(random, 100).Entries);
            index.DeliverAsync(new OutboxBatch(story.Entries, afterGap: true)).AsTask().IsCompletedSuccessfully.ShouldBeTrue();
        },
        historyLimit: 100_000);

    [Fact]
    public void Of_the_history_the_oldest_gives_way_and_nothing_else_does() =>
        Run((index, story, _) => Deliver(index, story.Entries), historyLimit: 60);

    private static void Deliver(MemoryIndex index, IEnumerable<OutboxEntry> entries)
    {
        foreach (var batch in entries.Chunk(37))
            index.DeliverAsync(new OutboxBatch(batch, afterGap: false)).AsTask().IsCompletedSuccessfully.ShouldBeTrue();
    }

    private void Run(Action<MemoryIndex, OutboxStory, Random> tell, int historyLimit) => Seeds.Run(output, seed =>
    {
        var random = new Random(seed);
        var story = new OutboxStory(random, random.Next(20, 600));
        var index = new MemoryIndex(new MemoryIndexOptions { HistoryLimit = historyLimit });
        tell(index, story, random);
        try
        {
            Compare(index, story, random, historyLimit).GetAwaiter().GetResult();
        }
        catch (ShouldAssertException difference)
        {
            throw new InvalidOperationException($"Seed {seed}: {difference.Message}", difference);
        }
    }, Fixed, Fresh);

    private static async Task Compare(MemoryIndex index, OutboxStory story, Random random, int historyLimit)
    {
        var messages = story.Current.Select(EventDocuments.MessageOf).ToList();
        for (var i = 0; i < 20; i++)
        {
            var search = Search(random, story);
            var expected = ReferenceIndex
                .Search(messages, search with { Limit = Limits.MaxPage }, new Freshness { Lag = default })
                .Messages;
            (
                await AllAsync(
                    search,
                    async (asked, cursor) => await index.SearchAsync(asked with { Cursor = cursor }),
                    static page => (page.Messages, page.Next)
                )
            ).ShouldBe(expected, search.ToString());
        }

        var kept = story
            .Entries.Where(static entry => entry.Kind != OutboxEntryKind.Restated)
            .TakeLast(historyLimit)
            .Where(static entry => entry.IsHistoric)
            .ToList();
        foreach (var (queue, id) in story.Names)
        {
            var expected = kept.Where(entry => entry.Queue == queue && entry.Id == id).Select(EventDocuments.TransitionOf).ToList();
            var asked = new HistoryRequest { Limit = random.Next(1, 10) };
            (
                await AllAsync(
                    asked,
                    (request, cursor) => index.GetHistoryAsync(queue, id, request with { Cursor = cursor }),
                    static page => (page.Transitions, page.Next)
                )
            ).ShouldBe(expected);
        }

        var transitions = story
            .Entries.Where(static entry => entry.Kind == OutboxEntryKind.Transition)
            .Select(EventDocuments.TransitionOf)
            .ToList();
        var stats = ReferenceIndex.Stats(messages, transitions, null, new Freshness { Lag = default }).Queues;
        foreach (var found in (await index.GetStatsAsync(new StatsRequest())).Queues)
            found.ShouldBeAbout(stats.Single(queue => queue.Queue == found.Queue));
    }

    private static async Task<List<TItem>> AllAsync<TAsked, TPage, TItem>(
        TAsked asked,
        Func<TAsked, string?, Task<TPage>> read,
        Func<TPage, (IReadOnlyList<TItem> Items, string? Next)> open
    )
    {
        var all = new List<TItem>();
        string? cursor = null;
        do
        {
            (var items, cursor) = open(await read(asked, cursor));
            all.AddRange(items);
        }
        while (cursor is not null);
        return all;
    }

    private static MessageSearch Search(Random random, OutboxStory story)
    {
        DateTimeOffset? Time() => Maybe(random, () => DateTimeOffset.FromUnixTimeMilliseconds(story.Now - random.Next(5_000_000)), 8);
        return new MessageSearch
        {
            Queue = random.Next(2) == 0 ? null : $"q{random.Next(4)}",
            State = Maybe(random, () => (MessageState)random.Next(States.Count), 4),
            Filter = random.Next(4) == 0 ? Metadata.Of("tenant", $"t{random.Next(3)}") : Metadata.Empty,
            Worker = random.Next(6) == 0 ? $"w{random.Next(3)}" : null,
            Error = random.Next(6) == 0 ? new[] { "TIMEOUT", "30 after", "db 7", "expire", "lease expired" }[random.Next(5)] : null,
            MinPriority = Maybe(random, () => (long)random.Next(5), 6),
            MaxPriority = Maybe(random, () => story.Now - random.Next(10_000), 6),
            EnqueuedFrom = Time(),
            EnqueuedBefore = Time(),
            UpdatedFrom = Time(),
            UpdatedBefore = Time(),
            Order = (SearchOrder)random.Next(3),
            Descending = random.Next(2) == 0,
            Limit = random.Next(1, 12),
        };
    }

    private static T? Maybe<T>(Random random, Func<T> value, int oneIn)
        where T : struct => random.Next(oneIn) == 0 ? value() : null;
}
