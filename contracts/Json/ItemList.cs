namespace Timestone.Json;

/// <summary>The body of a batch on the wire.</summary>
public sealed record ItemList<T>(IReadOnlyList<T> Items);
