namespace Timestone.Api;

/// <summary>One failure of a batch.</summary>
public sealed record FailItem : FailBody, ISettlementItem
{
    /// <inheritdoc cref="Settlement.Id"/>
    public required string Id { get; init; }

    /// <inheritdoc/>
    public SettlementAction? Action { get; init; }

    /// <inheritdoc/>
    public Settlement ToSettlement() => For(Id);
}
