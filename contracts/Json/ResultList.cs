namespace Timestone.Json;

/// <summary>The answer to a batch on the wire.</summary>
public sealed record ResultList(IReadOnlyList<MessageResult> Results);
