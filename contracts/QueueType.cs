using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>How a queue hands out messages.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<QueueType>))]
public enum QueueType
{
    /// <summary>Every pending message is dequeueable.</summary>
    Simple = 0,

    /// <summary>At most one message of each exclusivity value is running at any time.</summary>
    Exclusive = 1,
}
