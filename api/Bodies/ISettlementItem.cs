namespace Timestone.Api;

/// <summary>One item of a batch that ends leases by one action.</summary>
public interface ISettlementItem
{
    /// <summary>The action, once more; may be left out, as the route says it.</summary>
    SettlementAction? Action { get; }

    /// <summary>The settlement that the item and its route say together.</summary>
    Settlement ToSettlement();
}
