namespace Timestone;

/// <summary>What happened to the messages of one id, as far as the index still holds it.</summary>
/// <param name="Transitions">The transitions, life by life, each in the order of versions, of messages that are gone too; a life that was
/// removed may end with its removal.</param>
/// <param name="Next">The cursor that continues after this page; null on the last one.</param>
/// <param name="Freshness">How fresh the answer is.</param>
/// <param name="Incomplete">
/// Whether something is known to be missing: a transition of a message that is told of, one of its versions 1 to n; or, where nothing is
/// told of the id, anything that the index had and has dropped, or never had, as it began after it happened.
/// </param>
public sealed record MessageHistory(IReadOnlyList<Transition> Transitions, string? Next, Freshness Freshness, bool Incomplete);
