namespace Timestone.Api;

/// <summary>One release of a batch.</summary>
public sealed record ReleaseItem : ReleaseBody, ISettlementItem
{
    /// <inheritdoc cref="Settlement.Id"/>
    public required string Id { get; init; }

    /// <inheritdoc/>
    public SettlementAction? Action { get; init; }

    /// <inheritdoc/>
    public Settlement ToSettlement() => For(Id);
}
