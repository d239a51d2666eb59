using System.Text.Json;
using System.Text.Json.Serialization;

namespace Timestone.Json;

/// <summary>
/// How answers are read: as <see cref="TimestoneJson"/> reads requests, but that who answers may be newer and say more than is known here.
/// </summary>
public static class AnswerJson
{
    /// <summary>The one context of it.</summary>
    public static TimestoneJson Default { get; } =
        new(new JsonSerializerOptions(TimestoneJson.Default.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip });
}
