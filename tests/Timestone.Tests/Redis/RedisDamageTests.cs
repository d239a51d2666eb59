using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Shouldly;
using Timestone.Client;
using Timestone.Tests.Server;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Redis;

/// <summary>What is not what it should be in Redis: it concerns one queue, is said clearly, and is over when it is mended.</summary>
[Slow]
public sealed class RedisDamageTests : IAsyncLifetime
{
    private readonly RedisServer _redis = RedisServer.Start();
    private ServerProcess _server = null!;
    private TimestoneClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = ServerProcess.Start("--urls", "http://127.0.0.1:0", "--redis", _redis.Address);
        await _server.ReadyAsync();
        _client = ClientOf(_server);
        await _client.EnqueueAsync("q", [new NewMessage { Id = "a" }, new NewMessage { Id = "b" }]);
        await _client.EnqueueAsync("other", new NewMessage { Id = "a" });
    }

    // However a queue was found, the server ends in order.
    public async ValueTask DisposeAsync()
    {
        (await _client.GetDepthAsync("other")).ShouldBe(1);
        _server.Terminate();
        (await _server.ExitAsync()).ShouldBe((0, ""));
        _client.Dispose();
        _server.Dispose();
        _redis.Dispose();
    }

    [Theory]
    [InlineData("1e300")]
    [InlineData("nonsense")]
    public async Task A_wrong_epoch(string epoch)
    {
        RedisCli.Run(_redis, "SET", "ts:{q}:epoch", epoch);
        await RefusedAsync();
        (await RefusedAsync()).ShouldStartWith($"Queue 'q' is damaged in Redis: The epoch '{epoch}' is no epoch. See 'timestone inspect'.");
        RedisCli.Run(_redis, "DEL", "ts:{q}:epoch");
        (await _client.GetDepthAsync("q")).ShouldBe(2);
    }

    [Fact]
    public async Task A_row_of_settings_that_cannot_be_read_is_named_in_the_list_and_the_others_are_in_it()
    {
        var row = RedisCli.Run(_redis, "HGET", "ts:{q}:settings", "row");
        RedisCli.Run(_redis, "HSET", "ts:{q}:settings", "row", "nonsense");
        var page = await _client.ListQueuesAsync();
        page.Queues.ShouldHaveSingleItem().Name.ShouldBe("other");
        page.Unreadable.ShouldBe(["q"]);
        (await _client.ListQueuesAsync(limit: 1)).Next.ShouldBe("other");
        (await _client.ListQueuesAsync(cursor: "other", limit: 1)).Unreadable.ShouldBe(["q"]);
        row.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("settings", "There are messages without settings.")]
    [InlineData("rows", "There are messages without rows.")]
    [InlineData("payloads", "The payload of message")]
    [InlineData("epoch", null)]
    [InlineData("pending", null)]
    public async Task A_key_that_was_evicted_is_no_empty_queue(string key, string? detail)
    {
        RedisCli.Run(_redis, "DEL", $"ts:{{q}}:{key}");
        RedisCli.Run(_redis, "DEL", "ts:{other}:epoch");
        await Eventually.SucceedAsync(() => _client.GetDepthAsync("other"));
        RedisCli.Run(_redis, "SET", "ts:{q}:epoch", "1");
        await RefusedAsync();
        if (detail is null)
            (await Eventually.SucceedAsync(() => _client.GetDepthAsync("q"))).ShouldBe(2);
        else
            (await RefusedAsync()).ShouldContain(detail);
    }

    [Fact]
    public async Task Readiness_follows_how_Redis_is_set_up()
    {
        RedisCli.Run(_redis, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
        await ReadinessAsync("can lose acknowledged writes when its memory is full: maxmemory-policy is allkeys-lru, not noeviction.");
        RedisCli.Run(_redis, "CONFIG", "SET", "maxmemory-policy", "volatile-ttl");
        await ReadinessAsync("can lose the leases of servers when its memory is full: maxmemory-policy is volatile-ttl, not noeviction.");
        RedisCli.Run(_redis, "CONFIG", "SET", "maxmemory-policy", "noeviction");
        RedisCli.Run(_redis, "CONFIG", "SET", "appendfsync", "no");
        await ReadinessAsync("appendfsync is no, not always.");
        RedisCli.Run(_redis, "CONFIG", "SET", "appendfsync", "always");
        await ReadinessAsync(null);
    }

    [Fact]
    public async Task A_frozen_Redis_is_noticed_each_time_although_others_wait_for_it_too()
    {
        using var http = new HttpClient { BaseAddress = new Uri(_server.BaseAddress) };
        for (var i = 0; i < 2; i++)
        {
            _redis.Signal("STOP");

            // The client is replaced for the first of these that is late, and what is asked for readiness meanwhile is canceled.
            var calls = Enumerable
                .Range(0, 4)
                .Select(call =>
                    Should.ThrowAsync<TimestoneException>(() => _client.EnqueueAsync("q", new NewMessage { Id = $"{i}-{call}" }))
                )
                .ToArray();
            await BeAsync(HttpStatusCode.ServiceUnavailable);
            await Task.WhenAll(calls);
            (await http.GetAsync("/readyz")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            _redis.Signal("CONT");
            await BeAsync(HttpStatusCode.OK);
            await Eventually.SucceedAsync(() => _client.GetDepthAsync("q"));
        }

        Task BeAsync(HttpStatusCode status) => Eventually.BeAsync(async () => (await http.GetAsync("/readyz")).StatusCode == status);
    }

    private static TimestoneClient ClientOf(ServerProcess server) =>
        new(new TimestoneClientOptions { Address = new Uri(server.BaseAddress), RetryFor = TimeSpan.Zero });

    private async Task<string> RefusedAsync()
    {
        var problem = await Should.ThrowAsync<TimestoneException>(() => _client.GetDepthAsync("q"));
        problem.Code.ShouldBe(ErrorCode.Unavailable);
        return problem.Message;
    }

    private Task ReadinessAsync(string? detail) => Eventually.BeAsync(async () =>
    {
        using var http = new HttpClient { BaseAddress = new Uri(_server.BaseAddress) };
        var told = (string?)(await http.GetFromJsonAsync<JsonObject>("/readyz"))!["detail"];
        return detail is null ? told is null : told?.Contains(detail, StringComparison.Ordinal) == true;
    });
}
