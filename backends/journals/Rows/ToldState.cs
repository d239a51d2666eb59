namespace Timestone.Journals;

/// <summary>What an entry of the outbox tells of a message's state.</summary>
/// <param name="State">The state.</param>
/// <param name="At">When it began, in Unix milliseconds.</param>
/// <param name="Version">The message's version.</param>
/// <param name="Attempt">Attempts spent.</param>
/// <param name="VisibleAt">When it becomes pending, in Unix milliseconds; only while invisible.</param>
/// <param name="Worker">Who holds it or held it last.</param>
/// <param name="Error">Why its last attempt failed, or the reason of its cancel.</param>
internal readonly record struct ToldState(
    MessageState State,
    long At,
    int Version,
    int Attempt,
    long? VisibleAt,
    string? Worker,
    string? Error
);
