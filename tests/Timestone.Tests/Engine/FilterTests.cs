using Shouldly;
using Timestone.Engine;
using Timestone.Tests.Journal;
using Xunit;

namespace Timestone.Tests.Engine;

/// <summary>Filters of more key sets than have an index, and indexes that are built while commands go on.</summary>
public sealed class FilterTests
{
    private const int Keys = 6;

    private readonly ChangeBatch _changes = new();
    private readonly Random _random = new(20261129);

    [Theory]
    [InlineData(QueueType.Simple)]
    [InlineData(QueueType.Exclusive)]
    public void Every_set_of_keys_is_answered_however_few_have_an_index(QueueType type)
    {
        var engine = Filled(type, 4000, FilterLimits.Default with { Indexes = 4, SingleKeys = 2 }, out var messages);
        for (var round = 0; round < 400; round++)
        {
            var filter = Subset(messages[_random.Next(messages.Count)].Metadata);
            var expected = messages
                .Where(message => message.Metadata.Matches(filter))
                .OrderBy(static message => message.Priority)
                .FirstOrDefault();
            engine.Depth(null, filter).ShouldBe(messages.Count(message => message.Metadata.Matches(filter)));
            var taken = engine.Dequeue(new DequeueRequest { Filter = filter }).Select(static message => message.Id);
            taken.ShouldBe(expected is null ? [] : [expected.Id!]);
            if (expected is not null)
                engine.Cancel([new Cancellation { Id = expected.Id! }]);
            messages.RemoveAll(message => message.Id == expected?.Id);
            engine.FilterIndexCount.ShouldBeLessThanOrEqualTo(8);
        }

        engine.AssertInvariants();
    }

    [Fact]
    public void Many_at_once_come_best_first_one_of_each_exclusivity_value()
    {
        var engine = Filled(QueueType.Exclusive, 3000, FilterLimits.Default with { Indexes = 1, SingleKeys = 1 }, out var messages);
        engine.Depth(null, Metadata.Of("other", "x"));
        var filter = Metadata.From([new("k1", "v1"), new("k2", "v2")]);
        var expected = messages
            .Where(message => message.Metadata.Matches(filter))
            .OrderBy(static message => message.Priority)
            .DistinctBy(static message => message.Metadata["k0"])
            .Take(100);
        engine
            .Dequeue(new DequeueRequest { Filter = filter, Max = 100 })
            .Select(static message => message.Id)
            .ShouldBe(expected.Select(static message => message.Id!));
    }

    [Fact]
    public void A_hundred_key_sets_in_turn_build_no_index_over_and_over()
    {
        var engine = Filled(QueueType.Simple, 5000, FilterLimits.Default with { Rent = 1, Looks = 50 }, out var messages);
        var filters = Enumerable
            .Range(0, 60)
            .Select(i => Metadata.From(messages[i].Metadata.Where((_, key) => ((i + 1) >> key) % 2 == 1)))
            .ToArray();
        for (var round = 0; round < 40; round++)
        {
            foreach (var filter in filters)
                engine.Dequeue(new DequeueRequest { Filter = filter, Max = 1 });
        }

        engine.FilterIndexCount.ShouldBeInRange(16, 16 + Keys);
        engine.FilterIndexesBegun.ShouldBeLessThan(40);
    }

    [Fact]
    public void Few_messages_need_no_index()
    {
        var engine = Filled(QueueType.Simple, 900, FilterLimits.Default, out var messages);
        foreach (var message in messages.Take(10))
            engine.TryDequeue(new DequeueRequest { Filter = message.Metadata }).ShouldNotBeNull().Count.ShouldBe(1);
        engine.FilterIndexCount.ShouldBe(0);
    }

    [Fact]
    public void A_filter_that_is_asked_for_often_gets_the_index_of_one_that_is_not()
    {
        var engine = Filled(QueueType.Simple, 5000, FilterLimits.Default with { Indexes = 2, SingleKeys = 2, Rent = 1 }, out _);
        foreach (var key in new[] { "k0", "k1", "k2" })
            engine.Depth(null, Metadata.Of(key, "none"));
        var begun = engine.FilterIndexesBegun;
        for (var i = 0; i < 20; i++)
            engine.Dequeue(new DequeueRequest { Filter = Metadata.Of("k2", "none") });
        engine.FilterIndexesBegun.ShouldBe(begun + 1);
        engine.FilterIndexCount.ShouldBe(2);
    }

    private QueueEngine Filled(QueueType type, int count, FilterLimits limits, out List<NewMessage> messages)
    {
        var settings = new QueueSettings
        {
            Type = type,
            ExclusivityKey = type == QueueType.Exclusive ? "k0" : null,
            Lease = Limits.MaxLease,
        };
        var engine = new QueueEngine(TestRows.Queue("q") with { Settings = settings }, 1, [], 0, limits);
        engine.Begin(TestRows.Now, _changes);
        var order = Enumerable.Range(0, count).ToArray();
        _random.Shuffle(order);
        messages =
        [
            .. order.Select(
                (priority, i) =>
                    new NewMessage
                    {
                        Id = $"m{i}",
                        Priority = priority,
                        Metadata = Metadata.From(
                            Enumerable.Range(0, Keys).Select(key => KeyValuePair.Create($"k{key}", $"v{_random.Next(key == 0 ? 500 : 4)}"))
                        ),
                    }
            ),
        ];
        engine.Enqueue(messages);
        return engine;
    }

    private Metadata Subset(Metadata metadata)
    {
        var wanted = _random.Next(1, 1 << Keys);
        return Metadata.From(metadata.Where((_, key) => (wanted >> key) % 2 == 1));
    }
}
