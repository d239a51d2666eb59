using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Shouldly;
using Timestone.Client;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Flow;

/// <summary>
/// How long searches stand still when an indexer is killed, with the time-outs that indexers have unless they are told others.
/// </summary>
[Slow]
public sealed class LostIndexerTests(ITestOutputHelper output)
{
    private const string Q = "lost";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100),
        Usual = TimeSpan.FromSeconds(3),
        Most = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task What_a_killed_indexer_had_is_indexed_by_another_after_its_session()
    {
        using var data = new TemporaryDirectory();
        await using var services = await FlowServices.StartAsync();
        var environment = services.Environment();
        environment.Remove("Timestone__Kafka__Properties__session.timeout.ms");
        environment.Remove("Timestone__Kafka__Properties__heartbeat.interval.ms");
        using var server = new ServerOnCall(environment, "--data", data.Path, "--role", "server");
        using var stays = new ServerOnCall(environment, "--role", "indexer");
        using var dies = new ServerOnCall(environment, "--role", "indexer");
        await server.StartAsync();
        await Task.WhenAll(stays.StartAsync(), dies.StartAsync());
        using var service = new TimestoneClient(new TimestoneClientOptions { Address = server.Address });
        await service.CreateQueueAsync(Q, new QueueSettings());
        var sent = 0;
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = environment["Timestone__Kafka"] }).Build();
        await Eventually.BeAsync(() => HasTwoMembersAsync(admin));
        await BehindAsync(until: static lag => lag < Usual);
        dies.Process.Kill();
        var killed = Stopwatch.GetTimestamp();
        var longest = await BehindAsync(until: lag => lag < Usual && Stopwatch.GetElapsedTime(killed) > TimeSpan.FromSeconds(5));
        output.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"Searches were {longest.TotalSeconds:0.0} s behind at most; {sent} messages.")
        );
        longest.ShouldBeInRange(Usual, Most);

        static async Task<bool> HasTwoMembersAsync(IAdminClient admin)
        {
            try
            {
                return (await admin.DescribeConsumerGroupsAsync(["timestone-indexer"])).ConsumerGroupDescriptions[0]
                    is { State: ConsumerGroupState.Stable, Members.Count: 2 };
            }
            catch (DescribeConsumerGroupsException)
            {
                // There is no coordinator yet.
                return false;
            }
        }

        // Sends and searches; answers how far searches were behind at most. A few in a row must be as asked.
        async Task<TimeSpan> BehindAsync(Func<TimeSpan, bool> until)
        {
            var most = TimeSpan.Zero;
            for (var row = 0; row < 20;)
            {
                await service.EnqueueAsync(Q, [new NewMessage { Id = $"m{sent++}" }]);
                var page = await Eventually.SucceedAsync(() => service.SearchMessagesAsync(new MessageSearch { Queue = Q, Limit = 1 }));
                row = page.Freshness.Lag is { } lag && until(lag) ? row + 1 : 0;
                most = page.Freshness.Lag > most ? page.Freshness.Lag.Value : most;
                await Task.Delay(Pause);
            }

            return most;
        }
    }
}
