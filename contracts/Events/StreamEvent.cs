using System.Text.Json.Serialization;

namespace Timestone;

/// <summary>What is streamed for each transition and removal, and what the indices are made of.</summary>
public sealed record StreamEvent
{
    /// <summary>The version of this shape that is written. Readers ignore properties that they do not know.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The version of this shape.</summary>
    public required int Schema { get; init; }

    /// <summary>What it tells.</summary>
    public required StreamEventKind Kind { get; init; }

    /// <summary>The transition made, or the removal.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Transition? Transition { get; init; }

    /// <summary>The message as it is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IndexedMessage? Message { get; init; }

    /// <summary>The message that is gone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RemovedMessage? RemovedMessage { get; init; }

    /// <summary>The queue that is gone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RemovedQueue? RemovedQueue { get; init; }

    /// <summary>The event that tells a transition, or a removal that a history shows.</summary>
    public static StreamEvent Of(Transition transition) =>
        new() { Schema = CurrentSchema, Kind = StreamEventKind.Transition, Transition = transition };

    /// <summary>The event that tells what a message is.</summary>
    public static StreamEvent Of(IndexedMessage message) =>
        new() { Schema = CurrentSchema, Kind = StreamEventKind.Message, Message = message };

    /// <summary>The event that tells that a message is gone.</summary>
    public static StreamEvent Of(RemovedMessage message) =>
        new() { Schema = CurrentSchema, Kind = StreamEventKind.MessageRemoved, RemovedMessage = message };

    /// <summary>The event that tells that a queue is gone.</summary>
    public static StreamEvent Of(RemovedQueue queue) =>
        new() { Schema = CurrentSchema, Kind = StreamEventKind.QueueRemoved, RemovedQueue = queue };
}
