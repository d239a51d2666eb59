using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>Where a message is in its life. The last three are terminal: kept for the queue's retention time, then removed.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<MessageState>))]
public enum MessageState : byte
{
    /// <summary>Waiting for its time: not dequeueable yet. The clock moves it to <see cref="Pending"/>; a cancel ends it.</summary>
    Invisible = 0,

    /// <summary>Dequeueable. A dequeue moves it to <see cref="Running"/>; a cancel ends it.</summary>
    Pending = 1,

    /// <summary>Leased to one consumer. Its lease token moves it on, or the lease's expiry, or a cancel.</summary>
    Running = 2,

    /// <summary>Done, by a consumer that held its lease. Nothing moves it any more.</summary>
    Completed = 3,

    /// <summary>Called off. A redrive makes it pending again.</summary>
    Canceled = 4,

    /// <summary>Out of attempts, or failed for good. A redrive makes it pending again.</summary>
    Errored = 5,
}
