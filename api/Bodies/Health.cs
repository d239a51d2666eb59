using System.Text.Json.Serialization;

namespace Timestone.Api;

/// <summary>The answer of the health routes.</summary>
/// <param name="Status"><c>ok</c>, or why not.</param>
/// <param name="Detail">What is not as it should be although it works; absent when all is well.</param>
public sealed record Health(string Status, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Detail = null);
