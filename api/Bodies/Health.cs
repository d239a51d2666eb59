using System.Text.Json.Serialization;

namespace Timestone.Api;

/// <summary>The answer of the health routes.</summary>
/// <param name="Status"><c>ok</c>, or <c>degraded</c> when a part is degraded or stalled.</param>
/// <param name="Detail">The details of all degraded parts, as sentences for people. Left out when all is well.</param>
/// <param name="Parts">Each part of the service. Left out of <c>/healthz</c>, which asks none.</param>
public sealed record Health(
    string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Detail = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<HealthPart>? Parts = null)
{
    /// <summary>The health of a whole from that of its parts.</summary>
    public static Health Of(IReadOnlyList<HealthPart> parts)
    {
        var degraded = parts.Where(static part => part.Status != HealthPart.Ok).ToList();
        return degraded.Count == 0
            ? new Health(HealthPart.Ok, null, parts)
            : new Health(HealthPart.Degraded, string.Join(' ', degraded.Select(static part => part.Detail)), parts);
    }
}
