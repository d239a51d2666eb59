using Orleans.Streams;
using Shouldly;
using Timestone.Streams.Kafka;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Orleans.Tests.Streams;

/// <summary>The stream provider in a cluster.</summary>
[Collection(Apart.Name)]
[Slow]
public sealed class KafkaStreamTests
{
    private readonly string _test = Guid.NewGuid().ToString("N")[..8];

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    public async Task Everything_comes_in_order_on_each_stream(int recordsPerDelivery)
    {
        await using var cluster = await StreamCluster.StartAsync(silos: 2, options => options.RecordsPerDelivery = recordsPerDelivery);
        string[] streams = [.. Enumerable.Range(0, 6).Select(i => $"{_test}-{i}")];
        string[] events = [.. Enumerable.Range(0, 60).Select(static i => $"event {i}")];
        await Task.WhenAll(streams.Select(async stream =>
        {
            foreach (var some in events.Chunk(3))
                await cluster.Stream(stream).OnNextBatchAsync(some);
        }));
        foreach (var stream in streams)
        {
            await RecordingGrain.Of(stream).BecomesAsync(taken => taken.Count >= events.Length);
            RecordingGrain.Of(stream).Events.ShouldBe(events);
        }
    }

    [Fact]
    public async Task What_a_consumer_fails_at_comes_again_and_nothing_behind_it_comes_before()
    {
        await using var cluster = await StreamCluster.StartAsync();
        var recording = RecordingGrain.Of(_test);
        var failures = 0;
        recording.BeforeTaken = told =>
            told == "event 3" && failures++ < 2 ? throw new InvalidOperationException("Not yet.") : Task.CompletedTask;
        for (var i = 0; i < 6; i++)
            await cluster.Stream(_test).OnNextAsync($"event {i}");
        await recording.BecomesAsync(static taken => taken.Contains("event 5"));
        recording.Events.ShouldBe(["event 0", "event 1", "event 2", "event 3", "event 4", "event 5"]);
        failures.ShouldBe(3);
    }

    [Fact]
    public async Task The_request_context_comes_with_the_events()
    {
        await using var cluster = await StreamCluster.StartAsync(options: static options => options.RecordsPerDelivery = 10);
        List<object?> contexts = [];
        var recording = RecordingGrain.Of(_test);
        recording.BeforeTaken = _ =>
        {
            contexts.Add(RequestContext.Get("tenant"));
            return Task.CompletedTask;
        };
        foreach (var tenant in (string[])["acme", "globex"])
        {
            RequestContext.Set("tenant", tenant);
            await cluster.Stream(_test).OnNextAsync(tenant);
        }

        RequestContext.Clear();
        await recording.BecomesAsync(static taken => taken.Count == 2);
        contexts.ShouldBe(["acme", "globex"]);
    }

    [Fact]
    public async Task When_a_silo_is_killed_others_deliver_what_it_had_not()
    {
        await using var cluster = await StreamCluster.StartAsync(silos: 3);
        string[] streams = [.. Enumerable.Range(0, 12).Select(i => $"{_test}-{i}")];
        string[] events = [.. Enumerable.Range(0, 40).Select(static i => $"event {i}")];
        foreach (var stream in streams)
            await cluster.Stream(stream).OnNextBatchAsync(events[..10]);
        foreach (var stream in streams)
            await RecordingGrain.Of(stream).BecomesAsync(static taken => taken.Contains("event 0"));
        var publishing = Task.WhenAll(streams.Select(async stream =>
        {
            foreach (var told in events[10..])
                await cluster.Stream(stream).OnNextAsync(told);
        }));
        await cluster.Silos.KillSiloAsync(cluster.Silos.Silos[2]);
        await publishing;
        foreach (var stream in streams)
        {
            await RecordingGrain.Of(stream).BecomesAsync(taken => taken.Contains(events[^1]));
            RecordingGrain.Of(stream).Events.Distinct().ShouldBe(events, stream);
        }
    }

    [Fact]
    public async Task A_subscription_rewinds_within_what_is_in_memory_by_an_events_token()
    {
        await using var cluster = await StreamCluster.StartAsync();
        var stream = cluster.Stream(_test, "explicit");
        var (live, again) = (new Recording(), new Recording());
        await stream.SubscribeAsync(live.TakeAsync);
        for (var i = 0; i < 10; i++)
            await stream.OnNextAsync($"event {i}");
        await live.BecomesAsync(static taken => taken.Contains("event 9"));
        await stream.SubscribeAsync(
            again.TakeAsync,
            new global::Orleans.Providers.Streams.Common.EventSequenceTokenV2(live.OffsetOf("event 4"))
        );
        await again.BecomesAsync(static taken => taken.Contains("event 9"));
        again.Events.ShouldBe(["event 4", "event 5", "event 6", "event 7", "event 8", "event 9"]);
        live.Events.Count.ShouldBe(10);
    }

    [Fact]
    public async Task A_subscription_rewinds_as_far_as_Kafka_goes_by_a_token_that_says_so()
    {
        // There is room for next to nothing.
        await using var cluster = await StreamCluster.StartAsync(options: static options => options.CacheBytes = 1);
        var stream = cluster.Stream(_test, "explicit");
        var (live, again) = (new Recording(), new Recording());
        await stream.SubscribeAsync(live.TakeAsync);
        for (var i = 0; i < 10; i++)
            await stream.OnNextAsync($"event {i}");
        await live.BecomesAsync(static taken => taken.Contains("event 9"));
        await stream.SubscribeAsync(again.TakeAsync, new KafkaRewindToken(live.OffsetOf("event 4")));
        await stream.OnNextAsync("event 10");
        await again.BecomesAsync(static taken => taken.Contains("event 10"));
        await live.BecomesAsync(static taken => taken.Contains("event 10"));
        again.Events.ShouldBe(["event 4", "event 5", "event 6", "event 7", "event 8", "event 9", "event 10"]);
        live.Events.Count.ShouldBe(11);
    }
}
