using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>What made a transition.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<TransitionCause>))]
public enum TransitionCause
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
}
