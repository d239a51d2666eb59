using Shouldly;
using Timestone.Journals.Redis;
using Timestone.Tests.Cli;
using Timestone.Tests.Journal;
using Xunit;

namespace Timestone.Tests.Redis;

/// <summary>Each kind of damage, done to a real Redis, is found and named.</summary>
public sealed class InspectTests : IAsyncDisposable
{
    private const string Lua = "local k = function(name) return 'ts:{orders}:' .. name end ";

    private readonly string _database = RedisServer.NewDatabase();
    private readonly RedisJournal _journal;

    public InspectTests() =>
        _journal = RedisJournal.Open(new RedisJournalOptions { Configuration = _database, Timeout = RedisServer.Patience });

    public async ValueTask DisposeAsync() => await _journal.DisposeAsync();

    [Theory]
    [InlineData("settings_missing", "redis.call('DEL', k('settings'))")]
    [InlineData("settings_unreadable", "redis.call('HSET', k('settings'), 'row', 'x')")]
    [InlineData("epoch_missing", "redis.call('DEL', k('epoch'))")]
    [InlineData("epoch_missing", "redis.call('SET', k('epoch'), 'x')")]
    [InlineData("name_missing", "for _, set in ipairs(redis.call('KEYS', 'ts:queues:*')) do redis.call('DEL', set) end")]
    [InlineData("row_unreadable message-1", "redis.call('HSET', k('rows'), 'message-1', 'x')")]
    [InlineData("sequence_shared message-1", "redis.call('HSET', k('rows'), 'message-2', redis.call('HGET', k('rows'), 'message-1'))")]
    [InlineData("payload_missing message-1", "redis.call('HDEL', k('payloads'), 'message-1')")]
    [InlineData("payload_without_row message-1", "redis.call('HDEL', k('rows'), 'message-1')")]
    [InlineData("payload_without_row other", "redis.call('HSET', k('payloads'), 'other', redis.call('HGET', k('payloads'), 'message-1'))")]
    [InlineData("payload_unreadable message-1", "redis.call('HSET', k('payloads'), 'message-1', 'x')")]
    [InlineData("pending_missing message-1", "redis.call('ZREMRANGEBYRANK', k('pending'), 0, 0)")]
    [InlineData(
        "pending_without_row message-1",
        "redis.call('HDEL', k('rows'), 'message-1') redis.call('HDEL', k('payloads'), 'message-1')"
    )]
    [InlineData(
        "pending_rank_wrong message-1",
        "local m = redis.call('ZRANGE', k('pending'), 0, 0)[1] redis.call('ZADD', k('pending'), redis.call('ZSCORE', k('pending'), m), string.sub(m, 1, 15) .. '\\9' .. string.sub(m, 17))"
    )]
    [InlineData("score_wrong message-1", "redis.call('ZINCRBY', k('pending'), -1, redis.call('ZRANGE', k('pending'), 0, 0)[1])")]
    [InlineData("pending_unreadable", "redis.call('ZADD', k('pending'), 1, 'x')")]
    public async Task Damage_is_found(string found, string damage)
    {
        await MakeQueueAsync();
        await _journal.Link.CallAsync(client => client.GetDatabase().ScriptEvaluateAsync(Lua + damage));

        var outcome = await InspectAsync("orders", _database);
        outcome.Code.ShouldBe(1);
        outcome.Out.ShouldContain($"\n{found}: ");

        var json = await InspectAsync("orders", _database, "--json");
        json.Code.ShouldBe(1);
        json.Document()
            .GetProperty("inconsistencies")
            .EnumerateArray()
            .ShouldContain(each => each.GetProperty("kind").GetString() == found.Split(' ')[0]);
    }

    [Fact]
    public async Task A_sound_queue_is_said_to_be_so()
    {
        await MakeQueueAsync();
        var outcome = await InspectAsync("orders", _database);
        outcome.Code.ShouldBe(0, outcome.Out);
        outcome.Out.ShouldContain("rows      5\npayloads  5\npending   5\n");
        outcome.Out.ShouldContain("wrong     nothing\n");
        (await InspectAsync("orders", _database, "--json")).Document().GetProperty("rows").GetInt64().ShouldBe(5);
    }

    [Fact]
    public async Task A_queue_that_is_not_there_and_a_Redis_that_is_not_there_are_told_apart()
    {
        (await InspectAsync("nothing", _database)).Code.ShouldBe(1);
        (await InspectAsync("orders", "127.0.0.1:1")).Code.ShouldBe(3);
        (await InspectAsync("orders", "a=b")).Code.ShouldBe(2);
    }

    private async Task MakeQueueAsync() => await (await TestQueue.OpenAsync(_journal)).AddManyAsync(1, 5);

    private static async Task<CliOutcome> InspectAsync(string queue, string redis, params string[] more)
    {
        await using var cli = new CliBench();
        return await cli.RunAsync(["inspect", queue, "--redis", redis, .. more]);
    }
}
