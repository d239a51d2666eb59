using System.Text.Json;
using Confluent.Kafka;
using Timestone.Engine;
using Timestone.Json;

namespace Timestone.Kafka;

/// <summary>Records that are indexed together.</summary>
internal sealed class IndexingBatch
{
    private const int MostRecords = 4000, MostBytes = 4 * 1024 * 1024;

    private readonly List<ConsumeResult<byte[], byte[]>> _records = [];
    private long _bytes;

    public bool IsEmpty => _records.Count == 0;

    public bool IsFull => _records.Count >= MostRecords || _bytes >= MostBytes;

    public void Add(ConsumeResult<byte[], byte[]> record)
    {
        _records.Add(record);
        _bytes += record.Message.Value?.Length ?? 0;
    }

    /// <summary>Forgets the records of partitions that somebody else reads now.</summary>
    public void Forget(IReadOnlySet<TopicPartition> partitions) => _records.RemoveAll(record => partitions.Contains(record.TopicPartition));

    /// <summary>Where each partition is to be read on behind these.</summary>
    public IEnumerable<TopicPartitionOffset> Ends() =>
        _records.GroupBy(
            static record => record.TopicPartition,
            static (partition, records) => new TopicPartitionOffset(partition, records.Max(static record => record.Offset.Value) + 1)
        );

    /// <summary>The events, and the records that are none.</summary>
    public Contents Read()
    {
        var contents = new Contents([], [], []);
        foreach (var record in _records)
        {
            try
            {
                contents.Events.Add(EventJson.Read(record.Message.Value));
                contents.Sources.Add(record);
            }
            catch (JsonException problem)
            {
                contents.Poison.Add(new Poison(record, problem.Message));
            }
        }

        return contents;
    }

    /// <summary>What the records are.</summary>
    /// <param name="Events">Those that are events.</param>
    /// <param name="Sources">The record of each event.</param>
    /// <param name="Poison">Those that are none.</param>
    public sealed record Contents(List<StreamEvent> Events, List<ConsumeResult<byte[], byte[]>> Sources, List<Poison> Poison)
    {
        /// <summary>All that will never be indexed: what is no event, and what the index has rejected.</summary>
        public List<Poison> With(IReadOnlyList<RejectedEvent> rejected) =>
            [
                .. Poison,
                .. rejected.Select(one => new Poison(Sources[Events.FindIndex(told => ReferenceEquals(told, one.Event))], one.Reason)),
            ];
    }
}
