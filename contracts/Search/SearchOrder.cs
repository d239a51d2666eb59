using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>What found messages are sorted by.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<SearchOrder>))]
public enum SearchOrder
{
    /// <summary>When they were enqueued.</summary>
    Enqueued = 0,

    /// <summary>When they made their last transition.</summary>
    Updated = 1,

    /// <summary>Their priority.</summary>
    Priority = 2,
}
