using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Shouldly;
using Timestone.Client;
using Timestone.Tests.Server;
using Timestone.Tests.Services;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Orleans.Tests.Silos;

/// <summary>A silo that brings its cluster's Redis along.</summary>
[Collection(Apart.Name)]
[Slow]
public sealed class EmbeddedRedisTests : IDisposable
{
    private const int Messages = 200;

    private readonly TemporaryDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Silos_join_the_one_that_has_it_and_a_kill_of_that_one_loses_nothing()
    {
        var ports = new[] { "--silo-port", FreePort.Text(), "--gateway-port", FreePort.Text() };
        string redis;
        using (var first = Start("embedded", ports))
        {
            redis = await JoinedWithAsync(first);
            await first.ReadyAsync();
            using var one = new TimestoneClient(new Uri(first.BaseAddress));
            using (var second = Start(redis, "--silo-port", FreePort.Text(), "--gateway-port", FreePort.Text()))
            {
                await second.ReadyAsync();
                using var other = new TimestoneClient(new Uri(second.BaseAddress));
                for (var i = 0; i < Messages; i++)
                    await (i % 2 == 0 ? one : other).EnqueueAsync("q", new NewMessage { Id = $"{i}" });
                (await other.GetMessageAsync("q", "0")).State.ShouldBe(MessageState.Pending);
                second.Terminate();
                (await second.ExitAsync()).Code.ShouldBe(0);
            }

            first.Kill();
        }

        using var again = Start("embedded" + redis["127.0.0.1".Length..], ports);
        await again.ReadyAsync();
        using var client = new TimestoneClient(new Uri(again.BaseAddress));
        (await client.GetStatsAsync("q")).Counts.Pending.ShouldBe(Messages);
        again.Terminate();
        (await again.ExitAsync()).Code.ShouldBe(0);
    }

    [Fact]
    public async Task Three_silos_share_it_and_each_message_is_completed_once_wherever_it_came_in()
    {
        const int Queues = 6;
        using var first = Start("embedded", "--silo-port", FreePort.Text(), "--gateway-port", FreePort.Text());
        var redis = await JoinedWithAsync(first);
        using var second = Start(redis, "--silo-port", FreePort.Text(), "--gateway-port", FreePort.Text());
        using var third = Start(redis, "--silo-port", FreePort.Text(), "--gateway-port", FreePort.Text());
        ServerProcess[] silos = [first, second, third];
        await Task.WhenAll(silos.Select(static silo => silo.ReadyAsync()));
        var clients = silos.Select(static silo => new TimestoneClient(new Uri(silo.BaseAddress))).ToList();
        try
        {
            await Task.WhenAll(
                clients.Select(
                    async (client, silo) =>
                    {
                        for (var i = 0; i < Messages; i++)
                            await client.EnqueueAsync(Queue(i), new NewMessage { Id = $"{silo}-{i}" });
                    }
                )
            );
            var completed = await Task.WhenAll(
                clients.Select((client, silo) => CompleteAllAsync(client, Enumerable.Range(2 * silo, Queues).Select(Queue)))
            );
            completed.ShouldAllBe(static ids => ids.Count > 0);
            completed
                .SelectMany(static ids => ids)
                .ShouldBe(
                    Enumerable.Range(0, silos.Length).SelectMany(static silo => Enumerable.Range(0, Messages).Select(i => $"{silo}-{i}")),
                    ignoreOrder: true
                );
            foreach (var client in clients)
            {
                var counts = await Task.WhenAll(
                    Enumerable.Range(0, Queues).Select(async queue => (await client.GetStatsAsync(Queue(queue))).Counts)
                );
                counts.Sum(static counts => counts.Completed).ShouldBe(silos.Length * Messages);
            }
        }
        finally
        {
            clients.ForEach(static client => client.Dispose());
        }

        static string Queue(int number) => $"q{number % Queues}";
    }

    [Fact]
    public async Task Its_data_is_one_silo_s_alone()
    {
        using var first = Start("embedded", "--silo-port", FreePort.Text(), "--gateway-port", FreePort.Text());
        await first.ReadyAsync();
        using var second = Start("embedded", "--silo-port", FreePort.Text(), "--gateway-port", FreePort.Text());
        var (code, errors) = await second.ExitAsync();
        code.ShouldBe(1);
        errors.ShouldStartWith($"timestone-silo: Another process uses {Path.Combine(_data.Path, "garnet")}");
        errors.Trim().ShouldNotContain('\n');
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_in_one_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using var silo = Start(string.Create(CultureInfo.InvariantCulture, $"embedded:{port}"));
        var (code, errors) = await silo.ExitAsync();
        code.ShouldBe(1);
        errors.ShouldStartWith("timestone-silo: Garnet cannot start on ");
        errors.ShouldContain($"Could not bind 127.0.0.1:{port}");
        errors.Trim().ShouldNotContain('\n');
    }

    [Theory]
    [InlineData("--kafka", "127.0.0.1:9092")]
    [InlineData("--elasticsearch", "http://127.0.0.1:9200")]
    [InlineData("--redis-wait-replicas", "1")]
    public async Task What_needs_a_Redis_of_its_own_is_refused_in_one_line(string option, string value)
    {
        using var silo = Start("embedded", option, value);
        var (code, errors) = await silo.ExitAsync();
        code.ShouldBe(1);
        errors.ShouldStartWith($"timestone-silo: {option}: an embedded Redis ");
        errors.Trim().ShouldNotContain('\n');
    }

    // Until nothing is pending in any of the queues; answers what it has completed.
    private static async Task<List<string>> CompleteAllAsync(TimestoneClient client, IEnumerable<string> queues)
    {
        var completed = new List<string>();
        foreach (var queue in queues)
        {
            while ((await client.DequeueAsync(queue, new DequeueRequest { Max = 10 })).Messages is { Count: > 0 } taken)
            {
                taken.ShouldAllBe(static message => message.Attempt == 1);
                foreach (var message in taken)
                    await client.CompleteAsync(queue, message.Id, message.LeaseToken!);
                completed.AddRange(taken.Select(static message => message.Id));
            }
        }

        return completed;
    }

    private static async Task<string> JoinedWithAsync(ServerProcess silo)
    {
        const string Words = "join with --redis ";
        string line;
        do
            line = await silo.LineAsync();
        while (!line.Contains(Words, StringComparison.Ordinal));
        var redis = line[(line.IndexOf(Words, StringComparison.Ordinal) + Words.Length)..].TrimEnd('.');
        redis.ShouldStartWith("127.0.0.1:");
        return redis;
    }

    private ServerProcess Start(string redis, params string[] more) =>
        ServerProcess.StartProgram("timestone-silo", [], ["--urls", "http://127.0.0.1:0", "--data", _data.Path, "--redis", redis, .. more]);
}
