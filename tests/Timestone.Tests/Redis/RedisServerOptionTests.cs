using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Shouldly;
using Timestone.Engine;
using Timestone.Hosting;
using Timestone.Journals.Redis;
using Timestone.Tests.Journal;
using Timestone.Tests.Server;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Redis;

/// <summary>What a server on Redis can be told, and what it says.</summary>
[Slow]
public sealed class RedisServerOptionTests
{
    [Fact]
    public async Task SIGTERM_ends_it_and_another_has_what_was_acknowledged()
    {
        using var redis = RedisServer.Start();
        using (var server = ServerProcess.Start("--urls", "http://127.0.0.1:0", "--redis", redis.Address))
        {
            await server.ReadyAsync();
            using var http = new HttpClient { BaseAddress = new Uri(server.BaseAddress) };
            (await http.PostAsJsonAsync("/v1/queues/q/messages", new { id = "a" })).EnsureSuccessStatusCode();
            server.Terminate();
            (await server.ExitAsync()).ShouldBe((0, ""));
        }

        await using var again = await StartAsync(redis.Address);
        (await again.Timestone.GetMessageAsync("q", "a")).State.ShouldBe(MessageState.Pending);
    }

    [Theory]
    [InlineData("appendfsync", "everysec", "can lose acknowledged writes when its machine fails: appendfsync is everysec, not always.")]
    [InlineData("appendonly", "no", "can lose acknowledged writes when it ends: appendonly is no.")]
    public async Task Readiness_says_when_Redis_may_lose_what_it_acknowledged(string setting, string value, string what)
    {
        using var redis = RedisServer.Start($"--{setting}", value);
        await using var server = await StartAsync(redis.Address);
        ((string?)(await ReadinessAsync(server))["detail"]).ShouldBe($"Redis at 127.0.0.1:{redis.Port} {what}");
    }

    [Fact]
    public async Task Readiness_says_that_a_Garnet_may_lose_what_it_acknowledged_with_its_machine()
    {
        using var garnet = RedisServer.StartGarnet();
        await using var server = await StartAsync(garnet.Address);
        ((string?)(await ReadinessAsync(server))["detail"]).ShouldBe(
            $"Redis at 127.0.0.1:{garnet.Port} (Garnet 2.2.8) can lose acknowledged writes when its machine fails: Garnet never calls fsync."
        );
    }

    [Fact]
    public async Task Readiness_says_so_too_when_Redis_does_not_tell()
    {
        using var redis = RedisServer.Start("--rename-command", "CONFIG", "");
        await using var server = await StartAsync(redis.Address);
        ((string?)(await ReadinessAsync(server))["detail"]).ShouldStartWith(
            $"Whether Redis at 127.0.0.1:{redis.Port} can lose acknowledged writes is unknown: "
        );
    }

    [Fact]
    public async Task A_Redis_that_keeps_everything_is_nothing_to_speak_of()
    {
        await using var server = await StartAsync(RedisServer.Shared.Address + ",defaultDatabase=4000");
        (await ReadinessAsync(server))["status"]!.GetValue<string>().ShouldBe("ok");
    }

    [Fact]
    public async Task A_commit_waits_for_as_many_replicas_as_it_is_told()
    {
        using var master = RedisServer.Start();
        using var replica = RedisServer.Start("--replicaof", $"127.0.0.1 {master.Port}");
        await Eventually.BeAsync(() =>
            Task.FromResult(RedisCli.Run(replica, "INFO", "replication").Contains("master_link_status:up", StringComparison.Ordinal))
        );
        await using var one = RedisJournal.Open(
            new RedisJournalOptions
            {
                Configuration = master.Address,
                WaitReplicas = 1,
                Timeout = RedisServer.Patience,
            }
        );
        var queue = await TestQueue.OpenAsync(one);
        await queue.AddManyAsync(1, 3);
        RedisCli.Run(replica, "HLEN", "ts:{orders}:rows").ShouldBe(":3\r\n");

        await using var two = RedisJournal.Open(
            new RedisJournalOptions
            {
                Configuration = master.Address,
                WaitReplicas = 2,
                Timeout = TimeSpan.FromSeconds(5),
            }
        );
        (await Should.ThrowAsync<IOException>(() => TestQueue.OpenAsync(two))).Message.ShouldBe("1 of 2 replicas confirmed within 5 s.");
        await Should.ThrowAsync<JournalFencedException>(() => queue.AddManyAsync(4, 1));
    }

    private static Task<TimestoneServer> StartAsync(string redis) =>
        TimestoneServer.StartAsync(new TimestoneServerOptions { Urls = "http://127.0.0.1:0", GrpcUrls = "off", Redis = redis });

    private static async Task<JsonObject> ReadinessAsync(TimestoneServer server)
    {
        using var http = new HttpClient { BaseAddress = server.BaseAddress };
        return (await http.GetFromJsonAsync<JsonObject>("/readyz"))!;
    }
}
