using Orleans.Providers.Streams.Common;
using Orleans.Streams;

namespace Timestone.Streams.Kafka;

/// <summary>
/// Where a subscription begins that rewinds as far as Kafka goes back: where memory does not go back so far, the partition is read again
/// from there.
/// With an ordinary token a subscription rewinds within what is in memory.
/// </summary>
/// <remarks>
/// They differ because Orleans asks for a consumer's last token too whenever a stream that was silent is heard of again: if each such token
/// moved the partition back, streams that are seldom used would have all others read again and again.
/// </remarks>
[GenerateSerializer, Alias("timestone.streams.rewind")]
public sealed class KafkaRewindToken : EventSequenceTokenV2
{
    /// <summary>Makes one.</summary>
    /// <param name="offset">The offset of the first record; 0 for the earliest that Kafka has.</param>
    public KafkaRewindToken(long offset)
        : base(offset)
    {
    }

    /// <summary>Makes one of a token that came with an event.</summary>
    public static KafkaRewindToken From(StreamSequenceToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return new KafkaRewindToken(token.SequenceNumber);
    }
}
