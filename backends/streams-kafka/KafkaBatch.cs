using Orleans.Providers.Streams.Common;
using Orleans.Streams;

namespace Timestone.Streams.Kafka;

/// <summary>
/// Records of one stream on their way to a consumer: one as it is in the cache, several that follow each other as they are delivered. Its
/// token is that of the last; events have their record's offset and their place in it.
/// </summary>
[GenerateSerializer, Alias("timestone.streams.batch")]
internal sealed class KafkaBatch(long[] offsets, KafkaEvents[] records) : IBatchContainer
{
    [Id(0)]
    private readonly long[] _offsets = offsets;

    [Id(1)]
    private readonly KafkaEvents[] _records = records;

    public KafkaBatch(long offset, KafkaEvents record, int bytes)
        : this([offset], [record]) => Bytes = bytes;

    /// <summary>What it takes in memory, about; known in the cache only.</summary>
    [field: NonSerialized]
    public int Bytes { get; }

    /// <summary>The offset of the last record.</summary>
    public long Offset => _offsets[^1];

    /// <summary>Whether it must be delivered by itself.</summary>
    public bool HasContext => _records[0].RequestContext is not null;

    public StreamId StreamId => _records[0].Stream;

    public StreamSequenceToken SequenceToken => new EventSequenceTokenV2(Offset);

    /// <summary>Several as one.</summary>
    public static KafkaBatch Join(IReadOnlyList<KafkaBatch> batches) => batches is [var one]
        ? one
        : new KafkaBatch([.. batches.SelectMany(static batch => batch._offsets)], [.. batches.SelectMany(static batch => batch._records)]);

    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>()
    {
        for (var i = 0; i < _records.Length; i++)
        {
            var events = _records[i].Events;
            for (var place = 0; place < events.Length; place++)
            {
                if (events[place] is T told)
                    yield return Tuple.Create<T, StreamSequenceToken>(told, new EventSequenceTokenV2(_offsets[i], place));
            }
        }
    }

    public bool ImportRequestContext()
    {
        if (_records[0].RequestContext is not { } context)
            return false;
        RequestContextExtensions.Import(context);
        return true;
    }
}
