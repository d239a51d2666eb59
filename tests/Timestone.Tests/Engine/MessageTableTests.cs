using Shouldly;
using Timestone.Engine;
using Xunit;

namespace Timestone.Tests.Engine;

public sealed class MessageTableTests(ITestOutputHelper output)
{
    [Fact]
    public void It_finds_what_is_in_it_and_nothing_else_while_it_grows_and_shrinks()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var table = new MessageTable();
        var model = new Dictionary<string, MessageRow>();
        for (var step = 0; step < 100_000; step++)
        {
            var id = $"m{random.Next(5_000)}";
            var grow = random.Next(100) < (step / 20_000 % 2 == 0 ? 80 : 15);
            table.Find(id).ShouldBe(model.GetValueOrDefault(id));
            if (grow && !model.ContainsKey(id))
            {
                model[id] = Row(id, step);
                table.Add(model[id], MessageTable.HashOf(id));
            }
            else if (!grow && model.Remove(id, out var row))
            {
                table.Remove(row);
            }

            table.Count.ShouldBe(model.Count);
        }

        foreach (var (id, row) in model)
        {
            table.Find(id).ShouldBeSameAs(row);
            table[row.Slot].ShouldBeSameAs(row);
        }
    }

    [Fact]
    public void A_slot_is_used_again_once_its_message_is_gone()
    {
        var table = new MessageTable();
        var (first, second) = (Row("a", 1), Row("b", 2));
        table.Add(first, MessageTable.HashOf("a"));
        table.Remove(first);
        table.Add(second, MessageTable.HashOf("b"));
        second.Slot.ShouldBe(first.Slot);
        table.Find("a").ShouldBeNull();
    }

    [Fact]
    public void A_copy_takes_the_place_of_its_row()
    {
        var table = new MessageTable();
        var row = Row("a", 1);
        table.Add(row, MessageTable.HashOf("a"));
        var copy = row.Copy();
        table.Replace(copy);
        table.Find("a").ShouldBeSameAs(copy);
    }

    private static MessageRow Row(string id, long sequence) => new()
    {
        Id = id,
        Sequence = sequence,
        Priority = 0,
        EnqueuedAt = 0,
        Payload = [],
        PayloadKind = PayloadKind.None,
        Metadata = Metadata.Empty,
    };
}
