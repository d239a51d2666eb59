using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Timestone.Kafka;
using Timestone.Kafka.Clients;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Kafka;

/// <summary>Reading transitions again while Kafka is silent: whoever stops does not wait for it.</summary>
[Slow]
public sealed class KafkaArchiveTests
{
    // To Kafka this time is the beginning of a partition. The mock cluster knows no others.
    private static readonly DateTimeOffset Beginning = DateTimeOffset.UnixEpoch.AddMilliseconds(-2);

    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1), Promptly = TimeSpan.FromSeconds(4);

    [Fact]
    public async Task Reading_can_be_canceled_while_Kafka_takes_connections_and_says_nothing()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await ShouldEndAtOnceAsync(TestKafka.NewOn(silent.LocalEndpoint.ToString()!));
    }

    [Fact]
    public async Task Reading_can_be_canceled_while_Kafka_gives_no_records()
    {
        using var kafka = new MockKafka();
        var options = TestKafka.NewOn(kafka);
        using (var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = kafka.BootstrapServers }).Build())
            await producer.ProduceAsync(options.HistoricTopic, new Message<byte[], byte[]> { Key = "orders/m1"u8.ToArray(), Value = [1] });
        kafka.Fail(MockRequest.Fetch, [.. Enumerable.Repeat(MockError.NotLeader, 10_000)]);
        await ShouldEndAtOnceAsync(options);
    }

    private static async Task ShouldEndAtOnceAsync(KafkaOptions options)
    {
        var archive = new KafkaArchive(options, NullLogger<KafkaArchive>.Instance);
        using var stopping = new CancellationTokenSource(Moment);
        var began = Stopwatch.GetTimestamp();
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (
                var told in archive.ReadAsync(new HashSet<string> { "orders/m1" }, Beginning, static (_, _) => default, stopping.Token)
            )
                told.ShouldBeNull();
        });
        Stopwatch.GetElapsedTime(began).ShouldBeLessThan(Promptly);
    }
}
