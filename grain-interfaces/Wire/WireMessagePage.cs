namespace Timestone.Grains.Wire;

/// <summary><see cref="MessagePage"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.messagePage")]
internal struct WireMessagePage
{
    [Id(0)]
    public Batch<Message> Messages;

    [Id(1)]
    public string? Next;
}

[RegisterConverter]
internal sealed class MessagePageConverter : IConverter<MessagePage, WireMessagePage>
{
    public MessagePage ConvertFromSurrogate(in WireMessagePage wire) => new(wire.Messages.Items, wire.Next);

    public WireMessagePage ConvertToSurrogate(in MessagePage value) => new()
    {
        Messages = new(value.Messages),
        Next = value.Next,
    };
}
