using System.Text.Json;
using Timestone.Json;

namespace Timestone.Api;

/// <summary>The body of an enqueue: one message, or an object that holds many in <c>messages</c>.</summary>
internal readonly record struct EnqueueRequest(IReadOnlyList<NewMessage> Messages, bool IsBatch)
{
    public static EnqueueRequest Read(ReadOnlySpan<byte> utf8Json) => HoldsMany(utf8Json)
        ? new(Body.Parse(utf8Json, TimestoneJson.Default.MessageList).Messages, IsBatch: true)
        : new([Body.Parse(utf8Json, TimestoneJson.Default.NewMessage)], IsBatch: false);

    // One with fields of both kinds counts as a batch, in which the message's fields are unknown.
    private static bool HoldsMany(ReadOnlySpan<byte> utf8Json)
    {
        // Without the word or an escape that could spell it there is nothing to look for.
        if (utf8Json.IndexOf("\"messages\""u8) < 0 && !utf8Json.Contains((byte)'\\'))
            return false;
        try
        {
            var reader = new Utf8JsonReader(utf8Json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("messages"u8))
                    return true;
                reader.Skip();
            }

            return false;
        }
        catch (JsonException)
        {
            // Whoever reads it next says what is wrong with it.
            return false;
        }
    }
}
