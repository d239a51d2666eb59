using System.Text.Json.Serialization;

namespace Timestone.Api;

/// <summary>A refusal on the wire: the problem details of RFC 9457 with the code and, for bad input, the field.</summary>
/// <param name="Type">Names the kind of problem: <c>urn:timestone:error:</c> and the code.</param>
/// <param name="Title">The kind of problem in words; the same for each code.</param>
/// <param name="Status">The HTTP status, once more.</param>
/// <param name="Detail">What is wrong this time.</param>
/// <param name="Code">The stable reason.</param>
/// <param name="Field">The argument at fault, as it is called on the wire; absent when none is.</param>
/// <param name="ActiveUrl">Of a standby: where the active server says that callers reach it. For people: a client tries only addresses that
/// it was given. Else absent.</param>
/// <param name="Parts">How each part of the service is doing, where that was asked; else absent.</param>
public sealed record Problem(
    string Type,
    string Title,
    int Status,
    string Detail,
    ErrorCode Code,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Field = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ActiveUrl = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<HealthPart>? Parts = null);
