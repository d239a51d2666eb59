using Shouldly;
using StackExchange.Redis;
using Timestone.Engine;
using Timestone.Journals.Redis;
using Timestone.Tests.Journal;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Redis;

/// <summary>What commits leave in Redis.</summary>
public sealed class RedisCommitTests : IAsyncDisposable
{
    private const string Prefix = "ts:{orders}:";

    private readonly string _database = RedisServer.NewDatabase();
    private readonly RedisJournal _journal;

    public RedisCommitTests() =>
        _journal = RedisJournal.Open(new RedisJournalOptions { Configuration = _database, Timeout = RedisServer.Patience });

    public async ValueTask DisposeAsync() => await _journal.DisposeAsync();

    [Fact]
    public async Task A_message_enqueued_and_removed_in_one_batch_leaves_nothing()
    {
        var queue = await TestQueue.OpenAsync(_journal);
        var row = TestRows.Row(1);
        await queue.CommitAsync(
            TestRows.Added(row),
            TestRows.Changed(row, TestRows.Lease(row, 5)),
            TestRows.Changed(row, TestRows.Complete(row)),
            TestRows.Removed(row)
        );
        foreach (var key in new[] { "rows", "payloads", "pending" })
            (await AskAsync(redis => redis.KeyExistsAsync(Prefix + key))).ShouldBeFalse(key);
        await ShouldBeConsistent();
    }

    [Fact]
    public async Task An_id_can_be_given_to_another_message_in_the_batch_that_removes_the_first()
    {
        var queue = await TestQueue.OpenAsync(_journal);
        await queue.AddManyAsync(1, 2);
        var first = queue.Rows[1];
        var second = new MessageRow
        {
            Id = first.Id,
            Sequence = 7,
            Priority = -7,
            EnqueuedAt = 3,
            Payload = [9],
            PayloadKind = PayloadKind.Bytes,
            Metadata = Metadata.Empty,
            State = first.State,
        };
        await queue.CommitAsync(TestRows.Removed(first), TestRows.Added(second));
        queue.Rows.Remove(1);
        queue.Rows.Add(7, second);
        (await TestQueue.OpenAsync(_journal)).Contents.ShouldBe(queue.Contents);
        (await AskAsync(redis => redis.SortedSetLengthAsync(Prefix + "pending"))).ShouldBe(2);
        await ShouldBeConsistent();
    }

    [Fact]
    public async Task The_pending_set_is_in_the_engine_s_order_where_a_double_cannot_tell_priorities_apart()
    {
        const long Big = 1L << 53;
        long[] priorities =
        [
            long.MaxValue,
            long.MaxValue - 1,
            Big + 1,
            Big,
            Big + 2,
            Big + 3,
            1,
            0,
            -1,
            -Big,
            -Big - 1,
            -Big - 2,
            long.MinValue + 1,
            long.MinValue,
            0,
            -1,
        ];
        var rows = priorities
            .Select(
                (priority, i) =>
                    new MessageRow
                    {
                        Id = $"m{i}",
                        Sequence = i + 1,
                        Priority = priority,
                        EnqueuedAt = 0,
                        Payload = [],
                        PayloadKind = PayloadKind.None,
                        Metadata = Metadata.Empty,
                        State = new RowState { State = MessageState.Pending, Version = 1 },
                    }
            )
            .ToArray();
        var queue = await TestQueue.OpenAsync(_journal);
        await queue.AddAsync(rows);

        var members = await AskAsync(redis => redis.SortedSetRangeByRankAsync(Prefix + "pending"));
        members.Select(static member => System.Text.Encoding.UTF8.GetString(((byte[])member!)[RedisFormat.RankBytes..]))
            .ShouldBe(rows.OrderBy(static row => row.Priority).ThenBy(static row => row.Sequence).Select(static row => row.Id));
        await ShouldBeConsistent();
    }

    [Fact]
    public async Task Only_pending_messages_stand_in_the_pending_set()
    {
        var queue = await TestQueue.OpenAsync(_journal);
        await queue.AddManyAsync(1, 4);
        await queue.LeaseAsync(1, 2);
        await queue.CompleteAsync(2);
        await queue.RemoveAsync(2, 3);
        (await AskAsync(redis => redis.SortedSetLengthAsync(Prefix + "pending"))).ShouldBe(1);
        await ShouldBeConsistent();
    }

    [Fact]
    public async Task A_batch_larger_than_what_Lua_can_spread_is_committed()
    {
        var queue = await TestQueue.OpenAsync(_journal);
        await queue.AddManyAsync(1, 9_001);
        await queue.LeaseAsync([.. queue.Rows.Keys]);
        await queue.RemoveAsync([.. queue.Rows.Keys.Where(static sequence => sequence > 1)]);
        (await TestQueue.OpenAsync(_journal)).Contents.ShouldBe(queue.Contents);
        await ShouldBeConsistent();
    }

    [Fact]
    public async Task Scripts_that_Redis_has_lost_are_told_again()
    {
        var queue = await TestQueue.OpenAsync(_journal);
        for (var sequence = 1; sequence <= 3; sequence++)
        {
            await AskAsync(redis => redis.ExecuteAsync("SCRIPT", "FLUSH"));
            await queue.AddManyAsync(sequence, 1);
        }

        (await TestQueue.OpenAsync(_journal)).Contents.ShouldBe(queue.Contents);
    }

    [Fact]
    public async Task An_empty_batch_is_fenced_too()
    {
        var first = await TestQueue.OpenAsync(_journal);
        await first.CommitAsync(new ChangeBatch());
        await TestQueue.OpenAsync(_journal);
        await Should.ThrowAsync<JournalFencedException>(() => first.CommitAsync(new ChangeBatch()));
    }

    [Fact]
    public async Task A_deleted_queue_leaves_no_key_and_its_owners_stay_fenced_when_it_is_created_again()
    {
        var first = await TestQueue.OpenAsync(_journal);
        var second = await TestQueue.OpenAsync(_journal);
        await second.AddManyAsync(1, 3);
        await second.CommitAsync(new ChangeBatch { Deleted = true });
        ((long)await AskAsync(redis => redis.ExecuteAsync("DBSIZE"))).ShouldBe(0);

        var third = await TestQueue.OpenAsync(_journal);
        third.Journal.Epoch.ShouldBeGreaterThan(second.Journal.Epoch);
        await Should.ThrowAsync<JournalFencedException>(() => first.AddManyAsync(9, 1));
        await Should.ThrowAsync<JournalFencedException>(() => second.AddManyAsync(9, 1));
        await third.AddManyAsync(1, 1);
        (await _journal.ListQueuesAsync()).ShouldBe(["orders"]);
    }

    [Fact]
    public async Task The_outbox_has_an_entry_for_each_commit_that_tells_something_when_it_is_on()
    {
        await using var journal = RedisJournal.Open(
            new RedisJournalOptions
            {
                Configuration = _database,
                Outbox = true,
                Timeout = RedisServer.Patience,
            }
        );
        var queue = await TestQueue.OpenAsync(journal);
        await queue.AddManyAsync(1, 2);
        await queue.LeaseAsync(1);
        await queue.RemoveAsync(2);
        ((long)await AskAsync(redis => redis.ExecuteAsync("XLEN", (RedisKey)(Prefix + "outbox")))).ShouldBe(3);
    }

    [Fact]
    public async Task What_was_committed_is_there_after_Redis_was_killed()
    {
        using var server = RedisServer.Start();
        await using var journal = RedisJournal.Open(
            new RedisJournalOptions { Configuration = server.Address, Timeout = RedisServer.Patience }
        );
        var queue = await TestQueue.OpenAsync(journal);
        await queue.AddManyAsync(1, 100);
        await queue.LeaseAsync(5);
        server.Kill();
        await Should.ThrowAsync<IOException>(() => queue.AddManyAsync(101, 1));
        queue.Rows.Remove(101);
        await Should.ThrowAsync<IOException>(() => queue.CommitAsync(new ChangeBatch()));

        server.Start();
        var again = await Eventually.SucceedAsync(() => TestQueue.OpenAsync(journal));
        again.Contents.ShouldBe(queue.Contents);
    }

    private Task<T> AskAsync<T>(Func<IDatabase, Task<T>> question) => _journal.Link.CallAsync(client => question(client.GetDatabase()));

    private async Task ShouldBeConsistent() => (await _journal.InspectAsync("orders"))!.Inconsistencies.ShouldBeEmpty();
}
