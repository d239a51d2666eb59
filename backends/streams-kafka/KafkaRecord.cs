namespace Timestone.Streams.Kafka;

/// <summary>A record as it stands in Kafka. Its bytes are not to be changed.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">The offset.</param>
/// <param name="Key">The key; null for none.</param>
/// <param name="Value">The value; null for none.</param>
[GenerateSerializer, Immutable, Alias("timestone.streams.record")]
public sealed record KafkaRecord(
    [property: Id(0)] string Topic,
    [property: Id(1)] int Partition,
    [property: Id(2)] long Offset,
    [property: Id(3)] byte[]? Key,
    [property: Id(4)] byte[]? Value);
