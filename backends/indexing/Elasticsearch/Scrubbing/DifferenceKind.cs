using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>In which way the indices differ from what the queues hold.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<DifferenceKind>))]
public enum DifferenceKind
{
    /// <summary>The index of current messages lacks a message.</summary>
    Missing,

    /// <summary>It has an earlier version of a message.</summary>
    Outdated,

    /// <summary>It has a message of the same version with other contents, or of a version that the queue has not come to.</summary>
    Changed,

    /// <summary>It has a message that its queue no longer holds.</summary>
    LeftOver,

    /// <summary>The historic indices lack a transition of a message.</summary>
    Transition,
}
