namespace Timestone.Json;

/// <summary>The answer to a depth query, a purge or a redrive of all on the wire.</summary>
public sealed record CountAnswer(long Count);
