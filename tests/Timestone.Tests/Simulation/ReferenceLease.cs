namespace Timestone.Tests.Simulation;

/// <summary>A lease of <see cref="ReferenceMessage"/>.</summary>
/// <param name="Token">Its token: a stand-in until the engine's own is learnt.</param>
/// <param name="Length">How long it was given for.</param>
/// <param name="Worker">Who holds it.</param>
/// <param name="RequestId">The request that took it.</param>
internal sealed record ReferenceLease(string Token, long Length, string? Worker, string? RequestId)
{
    /// <summary>Whether somebody was told the token.</summary>
    public bool IsTold => !IsStandIn(Token);

    /// <summary>A token of a lease whose own token is not known. The engine never answers one like it.</summary>
    public static string StandIn(long number) => $"?{number}";

    public static bool IsStandIn(string token) => token[0] == '?';
}
