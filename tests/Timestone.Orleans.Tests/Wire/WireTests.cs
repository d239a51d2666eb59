using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Shouldly;
using Timestone.Grains;
using Timestone.Grains.Wire;
using Xunit;

namespace Timestone.Orleans.Tests.Wire;

public sealed class WireTests
{
    private static readonly Serializer Serializer = new ServiceCollection()
        .AddSerializer(static serializer => serializer.AddAssembly(typeof(IQueueGrain).Assembly))
        .BuildServiceProvider()
        .GetRequiredService<Serializer>();

    public static TheoryData<string> Names { get; } = [.. WireSamples.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_record_arrives_as_it_was_sent(string name)
    {
        var sample = WireSamples.All[name];
        var arrived = Serializer.Deserialize<object>(Serializer.SerializeToArray(sample))!;
        arrived.ShouldBeOfType(sample.GetType());
        WireSamples.Text(arrived).ShouldBe(WireSamples.Text(sample));
    }

    [Fact]
    public void A_record_that_an_earlier_version_wrote_still_reads()
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Wire", "wire-v1.txt"));
        lines.Length.ShouldBe(WireSamples.All.Count);
        foreach (var line in lines)
        {
            var (name, bytes) = (line[..line.IndexOf('=')], Convert.FromBase64String(line[(line.IndexOf('=') + 1)..]));
            WireSamples.Text(Serializer.Deserialize<object>(bytes)!).ShouldBe(WireSamples.Text(WireSamples.All[name]), name);
        }
    }

    [Fact]
    public void Batches_of_samples_have_every_property_set()
    {
        Packing.Types.Count.ShouldBe(4);
        foreach (var type in Packing.Types)
        {
            var batch = typeof(Batch<>).MakeGenericType(type);
            var records = WireSamples
                .All.Values.Where(sample => sample.GetType() == batch)
                .SelectMany(sample => (IEnumerable<object>)batch.GetProperty("Items")!.GetValue(sample)!)
                .ToArray();
            foreach (var property in type.GetProperties().Where(static property => property.SetMethod is not null))
            {
                var unset = property.PropertyType.IsValueType ? Activator.CreateInstance(property.PropertyType) : null;
                records.ShouldContain(record => !Equals(property.GetValue(record), unset), $"{type.Name}.{property.Name}");
            }
        }
    }

    [Fact]
    public void Bytes_stay_bytes() =>
        Serializer
            .SerializeToArray(new Batch<NewMessage>([new NewMessage { Payload = Payload.FromBytes(new byte[1000]) }]))
            .Length.ShouldBeLessThan(1100);
}
