using System.Globalization;
using System.Text.Json.Nodes;
using Shouldly;
using StackExchange.Redis;
using Timestone.Tests.Redis;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.AppHost.Tests;

[Slow]
public sealed class AppHostTests : IDisposable
{
    private const int Silos = 3, Queues = 30;

    // Of Orleans' states of a silo: it has left, or was declared dead.
    private const int Dead = 6;

    private readonly TemporaryDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_silo_that_is_killed_takes_no_message_along_and_can_be_started_again_and_all_silos_send_traces_and_metrics()
    {
        Needs.Redis();
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var host = await RunningAppHost.StartAsync(Silos, _data.Path, services: null, cancellationToken);

        await AllAnswerAsync(host, Silos, cancellationToken);
        for (var i = 0; i < Queues; i++)
        {
            using var client = host.Connect();
            await client.EnqueueAsync(Queue(i), new NewMessage { Id = "before" }, cancellationToken);
        }

        var (spans, metrics) = (host.Telemetry.Spans, host.Telemetry.Metrics);
        await Eventually.BeAsync(() => Task.FromResult(Senders(metrics.Keys, "http.server.request.duration").Length == Silos));
        spans.Keys.Concat(metrics.Keys).ShouldAllBe(static signal => signal.Service == "silo");

        var killed = await host.KillSiloAsync(cancellationToken);
        using var after = host.Connect();
        for (var i = 0; i < Queues; i++)
        {
            await after.EnqueueAsync(Queue(i), new NewMessage { Id = "after" }, cancellationToken);
            var messages = (await after.DequeueAsync(Queue(i), new DequeueRequest { Max = 2 }, cancellationToken)).Messages;
            messages.Select(static message => message.Id).ShouldBe(["before", "after"]);
        }

        spans.Clear();
        await host.StartSiloAsync(killed, cancellationToken);
        await AllAnswerAsync(host, Silos, cancellationToken);
    }

    // One app host for both: it takes half a minute to start.
    [Fact]
    public async Task With_Kafka_and_Elasticsearch_a_message_is_found_and_at_the_stop_silos_leave_before_their_Redis_ends()
    {
        Needs.Redis();
        var services = Needs.Services();
        var cancellationToken = TestContext.Current.CancellationToken;
        await using (var host = await RunningAppHost.StartAsync(silos: 2, _data.Path, services, cancellationToken))
        {
            await AllAnswerAsync(host, silos: 2, cancellationToken);
            using var client = host.Connect();
            await client.EnqueueAsync("q", new NewMessage { Id = "a" }, cancellationToken);
            (await client.DequeueAsync("q", new DequeueRequest(), cancellationToken)).Messages.ShouldHaveSingleItem();
            var search = new MessageSearch { Queue = "q", State = MessageState.Running };
            await Eventually.BeAsync(async () =>
            {
                var page = await Eventually.SucceedAsync(() => client.SearchMessagesAsync(search, cancellationToken));
                return page.Messages is [{ Id: "a" }];
            });
        }

        using var redis = RedisServer.Start("--dir", Path.Combine(_data.Path, "redis"));
        using var connection = await ConnectionMultiplexer.ConnectAsync(redis.Address);
        var table = await connection.GetDatabase().HashGetAllAsync("timestone/members/timestone");
        var members = table.Where(static entry => entry.Name != "Version").ToArray();
        members.Length.ShouldBe(2);
        members.ShouldAllBe(static member => JsonNode.Parse(member.Value.ToString(), null, default)!["Status"]!.GetValue<int>() == Dead);
    }

    // Aspire divides connections among the silos, and calls them healthy as soon as one is.
    private static Task AllAnswerAsync(RunningAppHost host, int silos, CancellationToken cancellationToken) =>
        Eventually.BeAsync(async () =>
        {
            using var client = host.Connect();
            await client.EnqueueAsync("hello", new NewMessage(), cancellationToken);
            return Senders(host.Telemetry.Spans.Keys, "POST /v1/queues/").Length == silos;
        });

    private static string Queue(int number) => string.Create(CultureInfo.InvariantCulture, $"q{number}");

    private static string[] Senders(IEnumerable<Signal> signals, string name)
    {
        var found = signals.Where(signal => signal.Name.StartsWith(name, StringComparison.Ordinal));
        return [.. found.Select(static signal => signal.Instance).Distinct()];
    }
}
