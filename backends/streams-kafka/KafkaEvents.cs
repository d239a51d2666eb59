namespace Timestone.Streams.Kafka;

/// <summary>What one record of Kafka carries.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Events">The events, in their order.</param>
/// <param name="RequestContext">The request context in which they were published; null for none.</param>
[GenerateSerializer, Alias("timestone.streams.events")]
public sealed record KafkaEvents(
    [property: Id(0)] StreamId Stream,
    [property: Id(1)] object[] Events,
    [property: Id(2)] Dictionary<string, object>? RequestContext = null);
