namespace Timestone.Api;

/// <summary>Why the service behind the routes cannot work now.</summary>
/// <param name="Code">What callers are refused with: <see cref="ErrorCode.Unavailable"/> or <see cref="ErrorCode.Standby"/>.</param>
/// <param name="Detail">A sentence for people.</param>
/// <param name="ActiveUrl">On a standby, where the active server says that callers reach it; null where it does not say.</param>
public sealed record Obstacle(ErrorCode Code, string Detail, string? ActiveUrl = null)
{
    /// <summary>The refusal of a call.</summary>
    public TimestoneError Error => new(Code, Detail);
}
