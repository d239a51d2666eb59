using System.Text.Json;
using Timestone.Json;

namespace Timestone.Grains.Wire;

/// <summary><see cref="MessageHistory"/> on the wire: as JSON, since it is told once a search and not once a message.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.messageHistory")]
internal struct WireMessageHistory
{
    [Id(0)]
    public byte[] Json;
}

[RegisterConverter]
internal sealed class MessageHistoryConverter : IConverter<MessageHistory, WireMessageHistory>
{
    public MessageHistory ConvertFromSurrogate(in WireMessageHistory wire) => JsonSerializer.Deserialize(wire.Json, AnswerJson.Default.MessageHistory)!;

    public WireMessageHistory ConvertToSurrogate(in MessageHistory value) => new() { Json = JsonSerializer.SerializeToUtf8Bytes(value, TimestoneJson.Default.MessageHistory) };
}
