namespace Timestone.Cli;

/// <summary>Something in which the index does not hold a message as its queue does.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Id">The message's id.</param>
/// <param name="Field">What differs: a field's name on the wire, or <c>message</c> where one of the two has none.</param>
/// <param name="Journal">What the queue says.</param>
/// <param name="Index">What the index says.</param>
internal sealed record IndexDifference(string Queue, string Id, string Field, string Journal, string Index);
