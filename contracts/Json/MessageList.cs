namespace Timestone.Json;

/// <summary>The body of an enqueue of many on the wire.</summary>
public sealed record MessageList(IReadOnlyList<NewMessage> Messages);
