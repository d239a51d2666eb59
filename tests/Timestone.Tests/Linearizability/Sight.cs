namespace Timestone.Tests.Linearizability;

/// <summary>What some answer of the history shows of a message at one of its versions, which can be only one thing.</summary>
internal sealed record Sight(MessageState State, long? UpdatedAt = null, int? Attempt = null, string? Worker = null);
