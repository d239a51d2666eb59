using System.Globalization;

namespace Timestone.Bench.Engine;

/// <summary>Makes messages: ids of 26 characters, payloads of 128 bytes, each its own object as when they come from the network.</summary>
internal sealed class MessageSource(Shape shape)
{
    public const int PayloadBytes = 128;

    private readonly Random _random = new(1);
    private long _next;

    public NewMessage Next()
    {
        var number = _next++;
        return new NewMessage
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"01{_random.NextInt64(1L << 40):D13}{number:D11}"),
            Payload = Payload.FromBytes(new byte[PayloadBytes]),
            Metadata = shape.MetadataOf(number),
            Priority = shape.RandomPriorities ? _random.NextInt64() : null,
        };
    }

    public NewMessage[] Next(int count)
    {
        var messages = new NewMessage[count];
        for (var i = 0; i < count; i++)
            messages[i] = Next();
        return messages;
    }
}
