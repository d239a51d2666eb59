using System.Text.Json.Serialization;

namespace Timestone.Api;

/// <summary>The answer of the health routes.</summary>
/// <param name="Status"><c>ok</c>.</param>
/// <param name="Detail">What is not as it should be all the same: queues that are being opened again, a store that may lose writes. Left out when all is well.</param>
public sealed record Health(string Status, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Detail = null);
