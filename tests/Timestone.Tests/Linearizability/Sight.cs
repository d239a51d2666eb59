namespace Timestone.Tests.Linearizability;

/// <summary>What some answer of the history shows of a message at one of its versions, which can be only one thing.</summary>
/// <param name="State">Its state.</param>
/// <param name="UpdatedAt">Since when; null where the answer does not show the message, and then neither of the others is known.</param>
/// <param name="Attempt">Its attempts.</param>
/// <param name="Worker">Who took it last.</param>
/// <param name="Error">What its last attempt failed of.</param>
internal sealed record Sight(MessageState State, long? UpdatedAt = null, int? Attempt = null, string? Worker = null, string? Error = null);
