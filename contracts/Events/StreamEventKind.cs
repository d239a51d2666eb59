using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>What a streamed event tells. Which of its properties is there.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<StreamEventKind>))]
public enum StreamEventKind
{
    /// <summary>
    /// A message has made a transition, or was removed with a row in its history: <see cref="StreamEvent.Transition"/>. On the historic
    /// topic.
    /// </summary>
    Transition = 0,

    /// <summary>A message is as it says from now on: <see cref="StreamEvent.Message"/>. On the current topic.</summary>
    Message = 1,

    /// <summary>A message is gone: <see cref="StreamEvent.RemovedMessage"/>. On the current topic.</summary>
    MessageRemoved = 2,

    /// <summary>
    /// A queue is gone with all its messages: <see cref="StreamEvent.RemovedQueue"/>. On the current topic, on each partition.
    /// </summary>
    QueueRemoved = 3,
}
