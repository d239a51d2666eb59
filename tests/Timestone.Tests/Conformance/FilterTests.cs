using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

public abstract class FilterTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    public static TheoryData<int> PairCounts { get; } = [.. Enumerable.Range(0, Limits.MaxMetadataPairs + 1)];

    public static TheoryData<MessageState> States { get; } = [.. Enum.GetValues<MessageState>()];

    // Message i has k0 = bit 0 of i, k1 = bit 1, ...: a filter of n pairs matches each 2^n-th of them.
    private static Metadata Bits(int number, int pairs) =>
        Pairs([.. Enumerable.Range(0, pairs).Select(bit => ($"k{bit}", $"{(number >> bit) & 1}"))]);

    [Theory]
    [MemberData(nameof(PairCounts))]
    public async Task A_filter_of_any_number_of_pairs_finds_all_that_match_best_first(int pairs)
    {
        await Queue();
        await EnqueueAll(
            Enumerable
                .Range(0, 512)
                .Select(i => new NewMessage
                {
                    Id = $"m{i}",
                    Priority = -i,
                    Metadata = Bits(i, Limits.MaxMetadataPairs),
                })
        );
        var filter = Bits(0b10110101, pairs);
        var expected = Enumerable.Range(0, 512).Where(i => Bits(i, pairs).Equals(filter)).Select(i => $"m{i}").Reverse().ToArray();
        (await Depth(filter: filter)).ShouldBe(expected.Length);
        (await TakeIds(3, filter)).ShouldBe(expected.Take(3));
        (await TakeIds(filter: filter)).ShouldBe(expected.Skip(3));
        (await Depth(MessageState.Running, filter)).ShouldBe(expected.Length);
        (await Depth(MessageState.Pending, filter)).ShouldBe(0);
        (await Depth(MessageState.Pending)).ShouldBe(512 - expected.Length);
    }

    [Fact]
    public async Task A_filter_matches_on_any_subset_of_the_pairs()
    {
        await Queue();
        await EnqueueAll(Enumerable.Range(0, 8).Select(i => new NewMessage { Id = $"m{i}", Metadata = Bits(i, 3) }));
        (await Depth(filter: Metadata.Of("k1", "1"))).ShouldBe(4);
        (await Depth(filter: Pairs(("k0", "0"), ("k2", "1")))).ShouldBe(2);
        (await TakeIds(filter: Pairs(("k2", "1"), ("k0", "0")))).ShouldBe(["m4", "m6"]);
    }

    [Fact]
    public async Task A_key_or_a_value_that_no_message_has_matches_nothing()
    {
        await Queue();
        await Enqueue("a", metadata: Metadata.Of("color", "red"));
        foreach (
            var filter in new[]
            {
                Metadata.Of("color", "blue"),
                Metadata.Of("colour", "red"),
                Metadata.Of("color", "RED"),
                Metadata.Of("red", "color"),
                Pairs(("color", "red"), ("size", "xl")),
            }
        )
        {
            (await Depth(filter: filter)).ShouldBe(0);
            await NothingToTake(filter);
        }
    }

    [Fact]
    public async Task Pairs_that_would_read_alike_run_together_are_told_apart()
    {
        await Queue();
        await Enqueue("a", metadata: Pairs(("k", "a:b")));
        await Enqueue("b", metadata: Pairs(("k", "a"), ("b", "")));
        await Enqueue("c", metadata: Pairs(("k", "a=b c:d")));
        (await TakeIds(filter: Pairs(("k", "a")))).ShouldBe(["b"]);
        (await TakeIds(filter: Pairs(("k", "a:b")))).ShouldBe(["a"]);
        (await TakeIds(filter: Pairs(("k", "a=b c:d")))).ShouldBe(["c"]);
    }

    [Fact]
    public async Task A_message_that_matches_is_found_wherever_it_ranks()
    {
        await Queue();
        await EnqueueAll([.. Enumerable.Range(0, 500).Select(i => $"m{i}")]);
        await Enqueue("needle", long.MaxValue, Metadata.Of("color", "red"));
        (await Take(Metadata.Of("color", "red"))).Id.ShouldBe("needle");
    }

    [Fact]
    public async Task A_filter_follows_messages_as_they_change_state()
    {
        var red = Metadata.Of("color", "red");
        await Queue();
        await Enqueue("a", metadata: red);
        (await Depth(MessageState.Pending, red)).ShouldBe(1);
        var taken = await Take(red);
        (await Depth(MessageState.Pending, red)).ShouldBe(0);
        (await Depth(MessageState.Running, red)).ShouldBe(1);
        await Release(taken, Seconds(10));
        (await Depth(MessageState.Invisible, red)).ShouldBe(1);
        Advance(10);
        taken = await Take(red);
        await Fail(taken, permanent: true);
        (await Depth(filter: red)).ShouldBe(0);
        (await Depth(MessageState.Errored, red)).ShouldBe(1);
        await Redrive("a");
        (await TakeIds(filter: red)).ShouldBe(["a"]);
    }

    [Fact]
    public async Task Messages_that_come_after_a_filter_was_used_are_found_by_it()
    {
        var red = Metadata.Of("color", "red");
        await Queue();
        await Enqueue("before", metadata: red);
        (await Depth(filter: red)).ShouldBe(1);
        await Enqueue("after", 1, metadata: red);
        (await TakeIds(filter: red)).ShouldBe(["after", "before"]);
    }

    [Theory]
    [MemberData(nameof(States))]
    public async Task Depth_counts_the_messages_of_a_state(MessageState state)
    {
        await Queue();
        foreach (var other in Enum.GetValues<MessageState>())
            await Put($"{other}-red", other, Metadata.Of("color", "red"));
        await Put("one-more-red", state, Metadata.Of("color", "red"));
        await Put("one-blue", state, Metadata.Of("color", "blue"));
        (await Depth(state)).ShouldBe(3);
        (await Depth(state, Metadata.Of("color", "red"))).ShouldBe(2);
        (await Depth(state, Metadata.Of("color", "blue"))).ShouldBe(1);
        (await Depth(state, Metadata.Empty)).ShouldBe(3);
    }

    [Fact]
    public async Task Depth_of_no_state_counts_the_messages_that_have_not_ended()
    {
        await Queue();
        (await Depth()).ShouldBe(0);
        foreach (var state in Enum.GetValues<MessageState>())
            await Put($"{state}", state, Metadata.Of("color", "red"));
        (await Depth()).ShouldBe(3);
        (await Depth(filter: Metadata.Of("color", "red"))).ShouldBe(3);
    }

    [Fact]
    public async Task Depth_sees_what_the_clock_has_brought()
    {
        await Queue();
        await Enqueue("a", invisible: Seconds(10));
        await Put("b", MessageState.Completed);
        Advance(10);
        (await Depth(MessageState.Invisible)).ShouldBe(0);
        (await Depth(MessageState.Pending)).ShouldBe(1);
        Advance(3600);
        (await Depth(MessageState.Completed)).ShouldBe(0);
    }
}
