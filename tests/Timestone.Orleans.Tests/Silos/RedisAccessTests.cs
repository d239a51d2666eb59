using Shouldly;
using Timestone.Client;
using Timestone.Tests.Redis;
using Timestone.Tests.Server;
using Timestone.Tests.Services;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Orleans.Tests.Silos;

[Collection(Apart.Name)]
[Slow]
public sealed class RedisAccessTests
{
    [Fact]
    public async Task Silos_need_the_rights_that_the_docs_name_and_no_other_and_their_connections_are_encrypted()
    {
        using var folder = new TemporaryDirectory();
        using var authority = new TestAuthority();
        var (certificate, key) = authority.WriteServer(folder.Path);
        var port = FreePort.With();
        using var redis = RedisServer.Start(
            "--tls-port",
            $"{port}",
            "--tls-cert-file",
            certificate,
            "--tls-key-file",
            key,
            "--tls-auth-clients",
            "no"
        );
        var rights = RedisUserRights.Named(RedisUserRights.Silos);
        RedisUserRights.Give(redis, [.. RedisUserRights.Named(RedisUserRights.Journal), .. rights]);
        var trusted = authority.Write(folder.Path);
        using var one = Start();
        await one.ReadyAsync();
        using var other = Start();
        await other.ReadyAsync();
        using var client = new TimestoneClient(new Uri(one.BaseAddress));
        await Eventually.SucceedAsync(() => client.EnqueueAsync("q", new NewMessage { Id = "a" }));
        using var another = new TimestoneClient(new Uri(other.BaseAddress));
        (await Eventually.SucceedAsync(() => another.GetMessageAsync("q", "a"))).State.ShouldBe(MessageState.Pending);
        foreach (var silo in (ServerProcess[])[other, one])
        {
            silo.Terminate();
            (await silo.ExitAsync()).Code.ShouldBe(0);
        }

        RedisUserRights.Refused(redis).ShouldBeEmpty();

        // Nothing of the product is stored by a grain yet: that right is what RedisStorageTests need.
        RedisUserRights.Unused(redis, rights).ShouldBe(["+hmset"]);

        ServerProcess Start() =>
            ServerProcess.StartProgram(
                "timestone-silo",
                new() { ["SSL_CERT_FILE"] = trusted },
                "--urls",
                "http://127.0.0.1:0",
                "--redis",
                RedisUserRights.Of($"localhost:{port},ssl=true"),
                "--silo-port",
                FreePort.Text(),
                "--gateway-port",
                FreePort.Text()
            );
    }
}
