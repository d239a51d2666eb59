using Timestone.Json;

namespace Timestone.Api;

/// <summary>The body of a completion.</summary>
public record CompleteBody
{
    /// <inheritdoc cref="Settlement.LeaseToken"/>
    public required string LeaseToken { get; init; }

    /// <summary>What the work brought: a JSON value of at most 4096 bytes.</summary>
    public RawJson Result { get; init; }

    internal Settlement For(string id) => Settlement.Complete(id, LeaseToken, Result.ToPayload());
}
