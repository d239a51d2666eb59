using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

// The numbers are stored; 9 and 12 are those of changes that are neither.
/// <summary>What made a transition or a removal.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<TransitionCause>))]
public enum TransitionCause : byte
{
    /// <summary>A producer enqueued the message.</summary>
    Enqueue = 0,

    /// <summary>Its invisibility ended.</summary>
    Visible = 1,

    /// <summary>A consumer leased it.</summary>
    Dequeue = 2,

    /// <summary>Its consumer completed it.</summary>
    Complete = 3,

    /// <summary>Its consumer gave it back.</summary>
    Release = 4,

    /// <summary>Its consumer failed it.</summary>
    Fail = 5,

    /// <summary>Its lease expired.</summary>
    Expire = 6,

    /// <summary>Someone called it off.</summary>
    Cancel = 7,

    /// <summary>Someone made it pending again after its end.</summary>
    Redrive = 8,

    /// <summary>Its retention was over: it was removed.</summary>
    Retention = 10,

    /// <summary>Someone purged it: it was removed.</summary>
    Purge = 11,

    /// <summary>More messages were errored than the queue keeps: it was removed.</summary>
    Bound = 13,
}
