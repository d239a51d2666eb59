using Timestone.Bench.Reporting;
using Timestone.Engine;

namespace Timestone.Bench.Engine;

/// <summary>What a pending message costs beyond its payload's content and its metadata; its id and all object headers count.</summary>
internal static class MemoryCost
{
    public static Figure Measure(Shape shape, int messages)
    {
        // The metadata exist before the first measurement, as its difference must not hold them.
        var metadata = new Metadata[messages];
        for (var i = 0; i < messages; i++)
            metadata[i] = shape.MetadataOf(i);

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var engine = Fill(shape, metadata);
        var after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(engine);
        GC.KeepAlive(metadata);
        return new Figure
        {
            Name = $"memory/{shape.Name}",
            Unit = "bytes per pending message",
            Value = ((double)(after - before) / messages) - MessageSource.PayloadBytes,
            AtMost = 300,
        };
    }

    private static QueueEngine Fill(Shape shape, Metadata[] metadata)
    {
        var source = new MessageSource(shape);
        var engine = new QueueEngine(shape.Queue, 1, []);
        var changes = new ChangeBatch();
        for (var i = 0; i < metadata.Length; i++)
        {
            engine.Begin(i, changes);
            engine.Enqueue([source.Next() with { Metadata = metadata[i] }]);
            changes.Clear();
        }

        return engine;
    }
}
