using Shouldly;
using Timestone.Client;
using Timestone.Tests.Redis;
using Timestone.Tests.Server;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Orleans.Tests.Silos;

/// <summary>
/// Servers, and silos of different clusters, would take the queues of one Redis from each other: whoever comes second is refused.
/// </summary>
[Collection(Apart.Name)]
[Slow]
public sealed class SharedRedisTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly RedisServer _redis = RedisServer.StartAnyKind();

    public void Dispose() => _redis.Dispose();

    [Fact]
    public async Task A_server_and_another_cluster_are_refused_the_Redis_of_silos_which_go_on()
    {
        using var silo = StartSilo();
        await silo.ReadyAsync();
        using var client = new TimestoneClient(new Uri(silo.BaseAddress));
        await client.EnqueueAsync("q", new NewMessage { Id = "a" });

        const string Refusal =
            "Silos of the cluster 'timestone' use this Redis: stop them first, or give this process another Redis or database.";
        using (var server = StartServer())
            await RefusedAsync(server, Refusal);
        using (var other = StartSilo("--cluster", "other"))
            await RefusedAsync(other, Refusal);

        silo.IsRunning.ShouldBeTrue();
        await client.EnqueueAsync("q", new NewMessage { Id = "b" });
        (await client.GetDepthAsync("q")).ShouldBe(2);
    }

    [Fact]
    public async Task A_silo_is_refused_the_Redis_of_a_server_which_goes_on_and_takes_it_when_that_has_stopped()
    {
        using (var server = StartServer("--name", "first"))
        {
            await server.ReadyAsync();
            using var client = new TimestoneClient(new Uri(server.BaseAddress));
            await client.EnqueueAsync("q", new NewMessage { Id = "a" });

            using (var refused = StartSilo())
                await RefusedAsync(
                    refused,
                    "The server 'first' uses this Redis: stop it first, or give this process another Redis or database."
                );

            server.IsRunning.ShouldBeTrue();
            await client.EnqueueAsync("q", new NewMessage { Id = "b" });
            server.Terminate();
            (await server.ExitAsync()).Code.ShouldBe(0);
        }

        using var silo = StartSilo();
        await silo.ReadyAsync();
        using var rest = new TimestoneClient(new Uri(silo.BaseAddress));
        (await rest.GetDepthAsync("q")).ShouldBe(2);
    }

    private static async Task RefusedAsync(ServerProcess process, string why)
    {
        var log = process.RestAsync();
        var (code, errors) = await process.ExitAsync().WaitAsync(Patience);
        code.ShouldBe(1, $"{errors}{await log}");
        errors.ShouldContain(why);
    }

    private ServerProcess StartServer(params string[] args) =>
        ServerProcess.Start(["--urls", "http://127.0.0.1:0", "--redis", _redis.Address, .. args]);

    private ServerProcess StartSilo(params string[] args) => ServerProcess.StartProgram(
        "timestone-silo", [], ["--urls", "http://127.0.0.1:0", "--redis", _redis.Address, .. args]);
}
