using System.Globalization;
using Timestone.Engine;

namespace Timestone.Bench.Engine;

/// <summary>A kind of queue and of messages: what metadata and priorities these have, what dequeues ask for.</summary>
internal sealed record Shape(string Name, int Pairs, bool Exclusive, bool RandomPriorities)
{
    /// <summary>Distinct exclusivity values.</summary>
    public const int Values = 10_000;

    /// <summary>Distinct filters; each has as many messages as the others.</summary>
    public const int Filters = 20;

    public static IReadOnlyList<Shape> All { get; } =
    [
        new("simple, fifo", 0, false, false),
        new("simple, random priorities", 0, false, true),
        new("exclusive, fifo", 1, true, false),
        new("exclusive, random priorities", 1, true, true),
        new("filter of one pair, fifo", 1, false, false),
        new("filter of one pair, random priorities", 1, false, true),
        new("filter of two pairs, fifo", 2, false, false),
        new("filter of two pairs, random priorities", 2, false, true),
    ];

    /// <summary>The queue. Terminal messages are kept for one second of the engine's time.</summary>
    public QueueRow Queue { get; } = new("bench", new QueueSettings
    {
        Type = Exclusive ? QueueType.Exclusive : QueueType.Simple,
        ExclusivityKey = Exclusive ? "value" : null,
        Retention = TimeSpan.FromSeconds(1),
    }, 0);

    /// <summary>The metadata of the message of a number. The strings are its own, as when they come from the network.</summary>
    public Metadata MetadataOf(long number)
    {
        if (Pairs == 0)
            return Metadata.Empty;
        if (Exclusive)
            return Metadata.Of("value", Text(number * 7919 % Values));
        return Pairs == 1
            ? Metadata.Of("region", Text(number % Filters))
            : Metadata.From([new("region", Text(number % 5)), new("size", Text(number / 5 % 4))]);
    }

    /// <summary>What the dequeue of a number asks for.</summary>
    public Metadata FilterOf(long number) => Exclusive || Pairs == 0 ? Metadata.Empty : MetadataOf(number);

    private static string Text(long value) => value.ToString("D6", CultureInfo.InvariantCulture);
}
