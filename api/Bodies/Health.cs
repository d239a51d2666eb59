using System.Text.Json.Serialization;

namespace Timestone.Api;

/// <summary>The answer of the health routes.</summary>
/// <param name="Status"><c>ok</c>.</param>
/// <param name="Detail">What does not work all the same: queues that are being opened again. Left out when all does.</param>
public sealed record Health(string Status, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Detail = null);
