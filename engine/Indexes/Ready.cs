namespace Timestone.Engine;

/// <summary>What may be dequeued now and could not before: a message, or the best one of an exclusivity value that matches.</summary>
/// <param name="Metadata">What it matches: a filter whose pairs are not all among these is not concerned.</param>
/// <param name="Row">The message; null when it is any of <paramref name="Lock"/>.</param>
/// <param name="Lock">The exclusivity value that was unlocked, else null.</param>
internal readonly record struct Ready(Metadata Metadata, MessageRow? Row, ExclusivityLock? Lock);
