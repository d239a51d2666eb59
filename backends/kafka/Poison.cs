using Confluent.Kafka;

namespace Timestone.Kafka;

/// <summary>A record that will never be indexed.</summary>
/// <param name="Record">It, as it was read.</param>
/// <param name="Reason">Why, for people.</param>
internal sealed record Poison(ConsumeResult<byte[], byte[]> Record, string Reason);
