using Shouldly;
using Timestone.Engine;
using Xunit;

namespace Timestone.Tests.Engine;

public sealed class RankedSetTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(20, 400)]
    [InlineData(2_000, 20_000)]
    [InlineData(1_000_000, 60_000)]
    public void It_agrees_with_a_sorted_dictionary_whatever_is_done(int keys, int steps)
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var set = new RankedSet<Rank, string>();
        var model = new SortedList<(long, long), string>();
        for (var step = 0; step < steps; step++)
        {
            // Phases of growing and of shrinking, so that nodes split, empty and join.
            var grow = random.Next(100) < (step / (steps / 4) % 2 == 0 ? 70 : 25);
            var key = (random.Next(keys / 4) - (keys / 8), random.Next(4));
            var rank = new Rank(key.Item1, key.Item2);
            if (grow)
                set.Add(rank, $"{key}").ShouldBe(model.TryAdd(key, $"{key}"));
            else if (random.Next(3) == 0 && set.TryGetFirst(out var first, out _))
                set.Remove(first).ShouldBe(model.Remove((first.Key, first.Sequence)));
            else
                set.Remove(rank).ShouldBe(model.Remove(key));
            set.Count.ShouldBe(model.Count);
            if (step % 97 != 0)
                continue;
            var from = model.Keys.Where(k => k.CompareTo(key) >= 0).Take(5).ToList();
            var copied = new List<string>();
            set.CopyFrom(rank, 5, copied);
            copied.ShouldBe(from.Select(k => model[k]));
            set.TryGetAtLeast(rank, out _, out var least).ShouldBe(from.Count > 0);
            least.ShouldBe(from.Count > 0 ? model[from[0]] : null);
        }

        var all = new List<string>();
        set.ForEach(all.Add);
        all.ShouldBe(model.Values);
        set.TryGetFirst(out _, out var best).ShouldBe(model.Count > 0);
        best.ShouldBe(model.Values.FirstOrDefault());
    }

    [Fact]
    public void Filled_and_emptied_in_order_it_keeps_order()
    {
        var set = new RankedSet<Rank, string>();
        for (var i = 0; i < 10_000; i++)
            set.Add(new Rank(i, 0), $"{i}").ShouldBeTrue();
        for (var i = 0; i < 10_000; i++)
        {
            set.TryGetFirst(out var rank, out var value).ShouldBeTrue();
            value.ShouldBe($"{i}");
            set.Remove(rank).ShouldBeTrue();
        }

        set.TryGetFirst(out _, out _).ShouldBeFalse();
    }
}
