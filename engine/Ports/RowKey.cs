namespace Timestone.Engine;

/// <summary>Names one message for as long as its queue exists: an id can be used again after its message was removed, a sequence cannot.</summary>
public readonly record struct RowKey(string Id, long Sequence);
