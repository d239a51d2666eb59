using Shouldly;
using Timestone.Engine;
using Xunit;
using Xunit.Abstractions;

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
                table.Add(model[id]);
            }
            else if (!grow && model.Remove(id, out var row))
            {
                table.Remove(row);
            }

            table.Count.ShouldBe(model.Count);
        }

        foreach (var (id, row) in model)
            table.Find(id).ShouldBeSameAs(row);
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
