namespace Timestone.Api;

/// <summary>The answer of the health routes.</summary>
/// <param name="Status"><c>ok</c>, or why not.</param>
public sealed record Health(string Status);
