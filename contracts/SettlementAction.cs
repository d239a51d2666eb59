using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>How a consumer ends its lease.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<SettlementAction>))]
public enum SettlementAction
{
    /// <summary>The work is done.</summary>
    Complete = 0,

    /// <summary>The attempt failed: another one follows after the backoff if any is left, else the message is errored.</summary>
    Fail = 1,

    /// <summary>The message was not worked on: it goes back and the attempt is given back to it.</summary>
    Release = 2,
}
