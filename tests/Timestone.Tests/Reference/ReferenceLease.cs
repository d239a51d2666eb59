namespace Timestone.Tests.Reference;

/// <summary>A lease of <see cref="ReferenceMessage"/>.</summary>
/// <param name="Number">Its number in <see cref="LeaseTokens"/>.</param>
/// <param name="Length">How long it was given for, in milliseconds.</param>
/// <param name="Worker">Who holds it.</param>
/// <param name="RequestId">The request that took it.</param>
internal sealed record ReferenceLease(long Number, long Length, string? Worker, string? RequestId);
