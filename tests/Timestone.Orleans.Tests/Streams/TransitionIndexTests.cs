using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;
using Shouldly;
using Timestone.Engine;
using Timestone.Grains;
using Timestone.Kafka.Clients;
using Timestone.Tests.Kafka;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Orleans.Tests.Streams;

/// <summary>The grains that write the indices, from the topics that the publisher writes for everybody.</summary>
[Collection(Apart.Name)]
[Slow]
public sealed class TransitionIndexTests : IAsyncLifetime
{
    private readonly StrictIndex _index = new();
    private KafkaOptions _options = null!;
    private InProcessTestCluster _silos = null!;

    public async ValueTask InitializeAsync()
    {
        _options = await TestKafka.NewAsync() with { CommitInterval = TimeSpan.FromMilliseconds(10) };
        var builder = new InProcessTestClusterBuilder(2);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddTimestoneGrains();
            silo.AddTransitionStreams(_options);
        });
        _silos = builder.Build();
        await _silos.DeployAsync();
        foreach (var silo in _silos.Silos)
            Open(silo, _index);
    }

    public async ValueTask DisposeAsync()
    {
        if (_silos is not null)
            await _silos.DisposeAsync();
    }

    [Fact]
    public async Task Everything_that_is_published_is_in_both_indices()
    {
        var story = new Story(seed: 1, messages: 50, transitions: 1000);
        await PublishAsync(story);
        await _index.IncludesAsync(story);
        _index.Messages.OrderBy(static message => message.Id).ShouldBe(story.Messages.OrderBy(static message => message.Id));
        _index.Transitions.Count.ShouldBe(story.Transitions.Count());
    }

    [Fact]
    public async Task While_the_index_fails_deliveries_are_tried_again_and_all_is_there_when_it_is_back()
    {
        var (story, failures) = (new Story(seed: 2, messages: 20, transitions: 300), 0);
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var isAway = true;
        _index.BeforeWrite = _ =>
        {
            if (!Volatile.Read(ref isAway))
                return Task.CompletedTask;
            if (Interlocked.Increment(ref failures) == 20)
                failed.SetResult();
            throw new IOException("The index is away.");
        };
        await PublishAsync(story);
        await failed.Task;
        Volatile.Write(ref isAway, false);
        await _index.IncludesAsync(story);
    }

    [Fact]
    public async Task What_cannot_be_indexed_goes_to_the_dead_letters_and_holds_nothing_up()
    {
        var story = new Story(seed: 3, messages: 5, transitions: 50);
        var refused = story.Transitions.First();
        _index.Reject = told => told.Transition == refused ? "I will not." : null;
        using (
            var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = _options.BootstrapServers }).Build()
        )
        {
            for (var partition = 0; partition < TestKafka.Partitions; partition++)
                await producer.ProduceAsync(
                    new TopicPartition(_options.HistoricTopic, partition),
                    new Message<byte[], byte[]> { Value = "no event"u8.ToArray() }
                );
        }

        await PublishAsync(story);
        await _index.BecomesAsync(() => _index.Transitions.Count == story.Transitions.Count() - 1);
        var letters = await TopicReader.TakeAsync(_options, _options.DeadLetterTopic, TestKafka.Partitions + 1);
        letters.Count(static letter => letter.Message.Value.AsSpan().SequenceEqual("no event"u8)).ShouldBe(TestKafka.Partitions);
        letters
            .Count(letter => letter.Message.Headers.Any(static header => header.GetValueBytes().AsSpan().SequenceEqual("I will not."u8)))
            .ShouldBe(1);
    }

    [Fact]
    public async Task When_a_silo_is_killed_the_other_indexes_what_it_had_not()
    {
        var (first, second) = (
            new Story(seed: 4, messages: 50, transitions: 500, queue: "first"),
            new Story(seed: 5, messages: 50, transitions: 500, queue: "second")
        );
        await PublishAsync(first);
        await _index.IncludesAsync(first);
        var publishing = PublishAsync(second);
        await _silos.KillSiloAsync(_silos.Silos[1]);
        await publishing;
        await _index.IncludesAsync(second);
    }

    private static void Open(InProcessSiloHandle silo, IIndexWriter index) =>
        silo.ServiceProvider.GetRequiredService<SiloIndex>().Writer = index;

    private async Task PublishAsync(Story story)
    {
        await using var publisher = TestKafka.Publisher(_options);
        foreach (var batch in story.Batches(100))
            await publisher.InsistAsync(batch);
    }
}
