using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>
/// What an operation did to one message: either <see cref="Error"/> is null and the rest says how the message stands, or it is not and
/// nothing changed. Only the result of a watched lease that is lost says both.
/// </summary>
public sealed record MessageResult
{
    /// <summary>The message's id.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    /// <summary>Its state now.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessageState? State { get; init; }

    /// <summary>Its version now.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Version { get; init; }

    /// <summary>True when this had been done before, so that nothing changed now.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Duplicate { get; init; }

    /// <summary>When the lease ends; only in the answer to an extension.</summary>
    [JsonConverter(typeof(Rfc3339Converter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LeaseExpiresAt { get; init; }

    /// <summary>What of the call was not kept, as the store has no room for it; null when all was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OmittedText? Omitted { get; init; }

    /// <summary>Why it was refused.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimestoneError? Error { get; init; }

    /// <summary>This result, when it is no error.</summary>
    /// <exception cref="TimestoneException">It is an error.</exception>
    public MessageResult ThrowIfError() => Error is null ? this : throw new TimestoneException(Error);

    /// <summary>A refusal.</summary>
    public static MessageResult Refused(string? id, ErrorCode code, string detail, string? field = null) =>
        new() { Id = id, Error = new TimestoneError(code, detail, field) };
}
