using Shouldly;
using Timestone.Kafka.Clients;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Kafka;

/// <summary>Publisher and indexer while real brokers are killed and started again.</summary>
[Slow]
public sealed class KafkaServerFaultTests(KafkaServerFaultTests.OwnKafka own) : IClassFixture<KafkaServerFaultTests.OwnKafka>
{
    private const int Kills = 2;

    [Fact]
    public async Task A_broker_that_is_killed_and_comes_back_loses_and_reorders_nothing()
    {
        var options = TestKafka.NewOn(own.Server.BootstrapServers);
        await DeliverAsync(options, new Story(seed: 51, messages: 60, transitions: 6000), Kills, _ => own.Server.RestartAsync());
    }

    [Fact]
    public async Task Each_of_three_brokers_can_be_killed_in_turn()
    {
        var servers = await KafkaServer.StartThreeAsync();
        try
        {
            var options = TestKafka.NewOn(string.Join(',', servers.Select(static server => server.BootstrapServers)));
            await DeliverAsync(
                options,
                new Story(seed: 52, messages: 60, transitions: 6000),
                servers.Length,
                kill => servers[kill].RestartAsync()
            );
        }
        finally
        {
            foreach (var server in servers)
                server.Dispose();
        }
    }

    [Fact]
    public async Task When_nothing_comes_through_for_too_long_the_pump_is_told_and_can_go_on_later()
    {
        var options = TestKafka.NewOn(own.Server.BootstrapServers);
        var story = new Story(seed: 53, messages: 20, transitions: 600);
        var batches = story.Batches(300).ToList();
        await using var publisher = TestKafka.Publisher(options with { DeliveryTimeout = TimeSpan.FromSeconds(3) });
        await publisher.InsistAsync(batches[0]);
        own.Server.Kill();
        (await Should.ThrowAsync<IOException>(async () => await publisher.DeliverAsync(batches[1]))).Message.ShouldBe(
            "Kafka has acknowledged nothing for 3 s."
        );
        await own.Server.StartAsync();
        await publisher.InsistAsync(batches[1]);
        await options.ShouldHaveAllInOrderAsync(story);
    }

    [Fact]
    public async Task A_delivery_can_be_canceled_while_no_broker_answers()
    {
        var options = TestKafka.NewOn(own.Server.BootstrapServers);
        var story = new Story(seed: 54, messages: 20, transitions: 600);
        var batches = story.Batches(300).ToList();
        await using var publisher = TestKafka.Publisher(options);
        await publisher.InsistAsync(batches[0]);
        own.Server.Kill();
        using var canceling = new CancellationTokenSource();
        var delivering = publisher.DeliverAsync(batches[1], canceling.Token).AsTask();
        await canceling.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => delivering);
        await own.Server.StartAsync();
        await publisher.InsistAsync(batches[1]);
        await options.ShouldHaveAllInOrderAsync(story);
    }

    // Batches are under way during each kill and, while the broker is away, before it is back.
    private static async Task DeliverAsync(KafkaOptions options, Story story, int kills, Func<int, Task> restart)
    {
        var index = new StrictIndex();
        await using var publisher = TestKafka.Publisher(options);
        await using var indexer = TestKafka.Indexer(options, index);
        await indexer.StartAsync();
        var batches = story.Batches(100).ToList();
        await publisher.InsistAsync(batches[0]);
        var delivered = 1;
        for (var kill = 0; kill < kills; kill++)
        {
            var until = batches.Count * (kill + 1) / kills;
            var restarting = restart(kill);
            for (; delivered < until; delivered++)
                await publisher.InsistAsync(batches[delivered]);
            await restarting;
        }

        delivered.ShouldBe(batches.Count);
        await index.IncludesAsync(story);
        KafkaIndexerTests.ShouldEqual(index, story);
        await options.ShouldHaveAllInOrderAsync(story);
    }

    /// <summary>A broker that the tests of this class kill, one after the other.</summary>
    public sealed class OwnKafka : IAsyncLifetime
    {
        public KafkaServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Server = await KafkaServer.StartNewAsync();

        public ValueTask DisposeAsync()
        {
            Server?.Dispose();
            return default;
        }
    }
}
