using System.Text.Json.Serialization;

namespace Timestone;

/// <summary>What went wrong with one operation, or with one item of a batch.</summary>
/// <param name="Code">The stable reason.</param>
/// <param name="Detail">A sentence for people.</param>
/// <param name="Field">The argument at fault, as it is called on the wire (<c>leaseSeconds</c>); null when none is.</param>
public sealed record TimestoneError(
    ErrorCode Code,
    string Detail,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Field = null);
