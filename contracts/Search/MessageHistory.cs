namespace Timestone;

/// <summary>What happened to the messages of one id, as far as the index still holds it.</summary>
/// <param name="Transitions">The transitions, life by life, each in the order of versions, of messages that are gone too; a life that was removed may end with its removal.</param>
/// <param name="Next">The cursor that continues after this page; null on the last one.</param>
/// <param name="Freshness">How fresh the answer is.</param>
public sealed record MessageHistory(IReadOnlyList<Transition> Transitions, string? Next, Freshness Freshness);
