namespace Timestone.Json;

/// <summary>The answer to a depth query or a redrive of all on the wire.</summary>
public sealed record CountAnswer(long Count);
