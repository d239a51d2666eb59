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
}
