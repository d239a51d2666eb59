using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>A text of a call that was not kept, as its store has no room for it. The call took effect all the same.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<OmittedText>))]
public enum OmittedText : byte
{
    /// <summary>The progress that an extension reported: the message keeps the one before.</summary>
    Progress = 0,

    /// <summary>The error of a failure, which was cut to its first 200 characters; or the reason of a cancel, which was left out.</summary>
    Error = 1,
}
