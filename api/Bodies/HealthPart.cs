using System.Text.Json.Serialization;

namespace Timestone.Api;

/// <summary>How one part of the service is doing.</summary>
/// <param name="Name">The part: <c>journal</c>, <c>redis</c> and the like.</param>
/// <param name="Status"><c>ok</c>; <c>degraded</c> where the whole works all the same; <c>stalled</c> where it stands still although it has
/// something to do.</param>
/// <param name="Detail">What is wrong, as sentences for people. Left out when all is well.</param>
/// <param name="Figures">Measures of the part, with their unit in the name (<c>bytesFree</c>). Left out where it has none.</param>
public sealed record HealthPart(
    string Name,
    string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Detail = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, long>? Figures = null)
{
    /// <summary>A part that is as it should be.</summary>
    public const string Ok = "ok";

    /// <summary>A part that is not as it should be, although the whole works.</summary>
    public const string Degraded = "degraded";

    /// <summary>A part that stands still although it has something to do; the whole works all the same.</summary>
    public const string Stalled = "stalled";

    /// <summary>A part that is degraded when there is something to say of it.</summary>
    public static HealthPart Of(string name, string? trouble, IReadOnlyDictionary<string, long>? figures = null) =>
        new(name, trouble is null ? Ok : Degraded, trouble, figures);
}
