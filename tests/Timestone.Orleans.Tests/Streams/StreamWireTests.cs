using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Providers.Streams.Common;
using Orleans.Serialization;
using Shouldly;
using Timestone.Streams.Kafka;
using Xunit;

namespace Timestone.Orleans.Tests.Streams;

/// <summary>Records of the stream provider cross the wire between silos, and stay in Kafka.</summary>
public sealed class StreamWireTests
{
    private static readonly Serializer Serializer = new ServiceCollection()
        .AddSerializer(static serializer =>
            serializer.AddAssembly(typeof(KafkaEvents).Assembly).AddAssembly(typeof(EventSequenceTokenV2).Assembly)
        )
        .BuildServiceProvider()
        .GetRequiredService<Serializer>();

    private static readonly KafkaEvents Events = new(
        StreamId.Create("space", "key"),
        ["one", 2],
        new Dictionary<string, object> { ["tenant"] = "acme" }
    );

    [Fact]
    public void Every_record_has_an_alias_of_its_own()
    {
        var records = typeof(KafkaEvents)
            .Assembly.GetTypes()
            .Where(static type => type.GetCustomAttribute<GenerateSerializerAttribute>() is not null)
            .ToArray();
        records.Length.ShouldBe(4);
        records.Select(static record => record.GetCustomAttribute<AliasAttribute>().ShouldNotBeNull(record.Name).Alias).ShouldBeUnique();
    }

    [Fact]
    public void A_batch_arrives_as_it_was_sent()
    {
        var record = new KafkaRecord("topic", 3, 17, [1], [2, 3]);
        var sent = KafkaBatch.Join([
            new KafkaBatch(16, Events with { RequestContext = null }, 1),
            new KafkaBatch(17, Events with { Events = [record], RequestContext = null }, 1),
        ]);
        var arrived = Serializer.Deserialize<KafkaBatch>(Serializer.SerializeToArray(sent))!;
        arrived.StreamId.ShouldBe(Events.Stream);
        arrived.SequenceToken.ShouldBe(new EventSequenceTokenV2(17));
        arrived
            .GetEvents<string>()
            .Single()
            .ShouldBe(Tuple.Create<string, global::Orleans.Streams.StreamSequenceToken>("one", new EventSequenceTokenV2(16, 0)));
        arrived
            .GetEvents<int>()
            .Single()
            .ShouldBe(Tuple.Create<int, global::Orleans.Streams.StreamSequenceToken>(2, new EventSequenceTokenV2(16, 1)));
        arrived.GetEvents<KafkaRecord>().Single().Item1.ShouldBeEquivalentTo(record);
        Serializer
            .Deserialize<object>(Serializer.SerializeToArray<object>(new KafkaRewindToken(5)))
            .ShouldBeOfType<KafkaRewindToken>()
            .SequenceNumber.ShouldBe(5);
    }

    [Fact]
    public void What_the_first_version_put_into_Kafka_still_reads()
    {
        const string Written = "IOggQBFzcGFjZWtleQELYayfFn7gIQAFSQUHb25lCAMJ4CEBA0ENdGVuYW50SAUJYWNtZeDg";
        Convert.ToBase64String(Serializer.SerializeToArray(Events)).ShouldBe(Written);
        var read = Serializer.Deserialize<KafkaEvents>(Convert.FromBase64String(Written))!;
        read.Stream.ShouldBe(Events.Stream);
        read.Events.ShouldBe(Events.Events);
        read.RequestContext.ShouldBe(Events.RequestContext);
    }
}
