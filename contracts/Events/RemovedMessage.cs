namespace Timestone;

/// <summary>A message that is gone: retired after its end, or purged.</summary>
/// <param name="Queue">The queue that held it.</param>
/// <param name="Id">Its id.</param>
/// <param name="Life">Tells apart messages that had the same id one after the other: opaque.</param>
/// <param name="Version">One more than its last version.</param>
public sealed record RemovedMessage(string Queue, string Id, string Life, int Version);
