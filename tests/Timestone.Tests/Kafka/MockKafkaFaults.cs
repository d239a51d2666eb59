using Timestone.Kafka.Clients;

namespace Timestone.Tests.Kafka;

/// <summary>What can go wrong with brokers, at random.</summary>
internal static class MockKafkaFaults
{
    private static readonly MockError[] Passing =
    [
        MockError.NotLeader,
        MockError.LeaderNotAvailable,
        MockError.TimedOut,
        MockError.NotEnoughReplicas,
        MockError.NotEnoughReplicasAfterAppend,
        MockError.ConnectionLost,
    ];

    private static readonly MockError[] Ending =
    [
        MockError.OutOfOrderSequence,
        MockError.InvalidProducerEpoch,
        MockError.TopicNotAuthorized,
    ];

    /// <summary>Something fails that recovers by itself, or is brought back.</summary>
    public static void Disturb(this MockKafka kafka, KafkaOptions options, int partitions, Random random)
    {
        var broker = 1 + random.Next(kafka.Brokers);
        var topic = random.Next(2) == 0 ? options.CurrentTopic : options.HistoricTopic;
        switch (random.Next(8))
        {
            case 0 or 1:
                kafka.Fail(
                    MockRequest.Produce,
                    [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Passing[random.Next(Passing.Length)])]
                );
                break;
            case 2:
                kafka.Fail(MockRequest.Produce, Ending[random.Next(Ending.Length)]);
                break;
            case 3:
                kafka.SetLeader(topic, random.Next(partitions), broker);
                break;
            case 4:
                kafka.TakeDown(broker);
                kafka.BringUp(broker);
                break;
            case 5:
                kafka.Fail(MockRequest.Fetch, MockError.NotLeader, MockError.ConnectionLost);
                break;
            case 6:
                kafka.Fail(MockRequest.OffsetCommit, MockError.CoordinatorNotAvailable, MockError.NotCoordinator);
                break;
            default:
                kafka.SetCoordinator(options.GroupId, broker);
                break;
        }
    }
}
