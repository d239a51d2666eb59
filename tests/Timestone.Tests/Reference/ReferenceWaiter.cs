namespace Timestone.Tests.Reference;

/// <summary>A call of <see cref="ReferenceTimestone"/> that waits until a time of its queue.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="EndsAt">The end of the wait.</param>
/// <param name="TryAnswer">Answers if there is something to answer, or if it is told that the wait is over.</param>
/// <param name="Refuse">Ends the call with an error.</param>
internal sealed record ReferenceWaiter(ReferenceQueue Queue, long EndsAt, Func<bool, bool> TryAnswer, Action<Exception> Refuse);
