namespace Timestone.Engine;

/// <summary>An event that an index will never take, however often it is tried.</summary>
/// <param name="Event">The event.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record RejectedEvent(StreamEvent Event, string Reason);
