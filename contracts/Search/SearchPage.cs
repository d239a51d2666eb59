namespace Timestone;

/// <summary>A page of found messages.</summary>
/// <param name="Messages">The messages, sorted as asked for.</param>
/// <param name="Next">The cursor that continues after this page; null on the last one.</param>
/// <param name="Freshness">How fresh the answer is.</param>
public sealed record SearchPage(IReadOnlyList<IndexedMessage> Messages, string? Next, Freshness Freshness);
