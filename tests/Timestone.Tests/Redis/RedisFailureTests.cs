using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Timestone.Engine;
using Timestone.Hosting;
using Timestone.Journals.Redis;
using Timestone.Tests.Journal;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Redis;

/// <summary>What happens where Redis fails: unknown outcomes, told in time, and work that goes on by itself.</summary>
[Slow]
public sealed class RedisFailureTests : IAsyncDisposable
{
    private readonly RedisServer _server = RedisServer.Start();
    private readonly RedisJournal _journal;

    public RedisFailureTests() =>
        _journal = RedisJournal.Open(new RedisJournalOptions { Configuration = _server.Address, Timeout = TimeSpan.FromSeconds(2) });

    public async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        _server.Dispose();
    }

    [Fact]
    public async Task A_master_that_has_become_a_replica_refuses()
    {
        var queue = await TestQueue.OpenAsync(_journal);
        RedisCli.Run(_server, "REPLICAOF", "127.0.0.1", "1");
        await ShouldFailAsync("READONLY", () => queue.AddManyAsync(1, 1));
        RedisCli.Run(_server, "REPLICAOF", "NO", "ONE");
        await Eventually.SucceedAsync(() => TestQueue.OpenAsync(_journal));
    }

    [Fact]
    public async Task A_silent_Redis_is_given_up_in_time_and_comes_back()
    {
        var queue = await TestQueue.OpenAsync(_journal);
        _server.Signal("STOP");
        await ShouldFailAsync("did not answer within 2 s", () => queue.AddManyAsync(1, 1));
        _server.Signal("CONT");
        var again = await Eventually.SucceedAsync(() => TestQueue.OpenAsync(_journal));
        await again.AddManyAsync(2, 1);
    }

    [Fact]
    public async Task What_others_wait_for_fails_like_any_call_when_the_client_is_replaced()
    {
        var time = new FakeTimeProvider();
        await using var link = new RedisLink(RedisConfiguration.Parse(_server.Address), RedisServer.Patience, time);
        await PingAsync();
        _server.Signal("STOP");
        var late = PingAsync();
        time.Advance(RedisServer.Patience / 2);
        var canceled = PingAsync();
        time.Advance(RedisServer.Patience / 2);
        await ShouldFailAsync("Redis did not answer within", () => late);

        // In the client's words, which depend on how far it had come.
        await ShouldFailAsync("Redis: ", () => canceled);
        _server.Signal("CONT");
        await PingAsync();

        Task<TimeSpan> PingAsync() => link.CallAsync(static client => client.GetDatabase().PingAsync());
    }

    [Fact]
    public async Task After_a_failure_nothing_more_is_committed_under_the_epoch()
    {
        var queue = await TestQueue.OpenAsync(_journal);
        RedisCli.Run(_server, "CONFIG", "SET", "min-replicas-to-write", "1");
        await ShouldFailAsync("NOREPLICAS", () => queue.AddManyAsync(1, 1));
        RedisCli.Run(_server, "CONFIG", "SET", "min-replicas-to-write", "0");
        await ShouldFailAsync("failed before", () => queue.AddManyAsync(2, 1));
    }

    [Fact]
    public async Task Damage_is_no_empty_queue()
    {
        var queue = await TestQueue.OpenAsync(_journal);
        await queue.AddManyAsync(1, 2);
        RedisCli.Run(_server, "HDEL", "ts:{orders}:payloads", "message-1");
        await ShouldFailAsync("The payload of message 'message-1' is missing.", () => _journal.OpenAsync("orders").AsTask());
        RedisCli.Run(_server, "DEL", "ts:{orders}:settings");
        await ShouldFailAsync("There are messages without settings. See 'timestone inspect'.", () => TestQueue.OpenAsync(_journal));
    }

    [Fact]
    public async Task Callers_over_HTTP_get_503_and_when_to_try_again_and_the_queue_comes_back()
    {
        await using var server = await TimestoneServer.StartAsync(
            new TimestoneServerOptions { Urls = "http://127.0.0.1:0", GrpcUrls = "off", Redis = _server.Address }
        );
        using var http = new HttpClient { BaseAddress = server.BaseAddress };
        (await http.PostAsJsonAsync("/v1/queues/q/messages", new { id = "a" })).StatusCode.ShouldBe(HttpStatusCode.Created);
        _server.Kill();
        var refused = await http.PostAsJsonAsync("/v1/queues/q/messages", new { id = "b" });
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        refused.Headers.RetryAfter.ShouldNotBeNull();
        (await http.GetAsync("/v1/queues/q/messages/a")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await http.GetAsync("/v1/queues")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        await Eventually.BeAsync(async () => (await http.GetAsync("/readyz")).StatusCode == HttpStatusCode.ServiceUnavailable);

        _server.Start();
        await Eventually.BeAsync(async () => (await http.GetAsync("/readyz")).StatusCode == HttpStatusCode.OK);
        await Eventually.BeAsync(async () => (await http.GetAsync("/v1/queues/q/messages/a")).StatusCode == HttpStatusCode.OK);
    }

    private static async Task ShouldFailAsync(string why, Func<Task> attempt)
    {
        var problem = await Should.ThrowAsync<IOException>(attempt);
        problem.ShouldNotBeOfType<JournalFencedException>();
        problem.Message.ShouldContain(why);
    }
}
