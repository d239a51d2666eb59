using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Shouldly;
using Timestone.Grains;
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
    public void A_record_that_the_first_version_wrote_still_reads()
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
    public void Bytes_stay_bytes() => Serializer.SerializeToArray(Payload.FromBytes(new byte[1000])).Length.ShouldBeLessThan(1100);
}
