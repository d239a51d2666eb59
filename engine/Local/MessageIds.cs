using System.Buffers.Binary;

namespace Timestone.Engine;

/// <summary>
/// Ids of messages whose callers gave none. Such an enqueue cannot be recognised when it is repeated, which is the caller's choice.
/// </summary>
internal static class MessageIds
{
    /// <summary>The messages, each with an id.</summary>
    public static IReadOnlyList<NewMessage> Complete(IReadOnlyList<NewMessage> messages, DateTimeOffset now)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            if (messages[i].Id is null)
                return CompleteAll(messages, now.ToUnixTimeMilliseconds());
        }

        return messages;
    }

    // A UUID of version 7 without its dashes. It is to be unique and not to be a secret, so its 74 random bits come from a generator
    // in this process: asking the system for them takes as long as all else that a queue does for a message in a batch.
    private static string New(long now)
    {
        Span<byte> bytes = stackalloc byte[16];
        Random.Shared.NextBytes(bytes[6..]);
        BinaryPrimitives.WriteUInt64BigEndian(
            bytes,
            ((ulong)now << 16) | 0x7000u | (BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]) & 0x0fffu)
        );
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return Convert.ToHexStringLower(bytes);
    }

    private static NewMessage[] CompleteAll(IReadOnlyList<NewMessage> messages, long now)
    {
        var complete = new NewMessage[messages.Count];
        for (var i = 0; i < complete.Length; i++)
            complete[i] = messages[i].Id is null ? messages[i] with { Id = New(now) } : messages[i];
        return complete;
    }
}
