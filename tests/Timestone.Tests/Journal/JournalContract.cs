using Shouldly;
using Timestone.Engine;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Journal;

/// <summary>What every journal does; run on each implementation.</summary>
public abstract class JournalContract
{
    protected abstract IJournal Journal { get; }

    [Fact]
    public async Task A_queue_that_does_not_exist_is_not_opened_and_not_listed()
    {
        (await Journal.OpenAsync("orders")).ShouldBeNull();
        (await Journal.ListQueuesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_queue_is_created_once_and_keeps_the_row_it_was_created_with()
    {
        var row = new QueueRow("orders", UnusualSettings.All, 17);
        var first = (await Journal.OpenAsync("orders", row))!;
        first.Created.ShouldBeTrue();
        first.Queue.ShouldBe(row);
        first.TakeRows().ShouldBeEmpty();

        var second = (await Journal.OpenAsync("orders", TestRows.Queue("orders")))!;
        second.Created.ShouldBeFalse();
        second.Queue.ShouldBe(row);
    }

    [Fact]
    public async Task It_has_an_id_that_stays_whoever_asks_first()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () => await Journal.ReadIdAsync())));
        ids.Distinct().ShouldHaveSingleItem().ShouldNotBeNull().ShouldMatch("^[0-9a-f]{32}$");
        (await Journal.ReadIdAsync()).ShouldBe(ids[0]);
    }

    [Fact]
    public async Task Queues_are_listed_in_ordinal_order()
    {
        foreach (var name in new[] { "b", "a", "B", "a-1" })
            await Journal.OpenAsync(name, TestRows.Queue(name));
        (await Journal.ListQueuesAsync()).ShouldBe(["B", "a", "a-1", "b"]);
    }

    [Fact]
    public async Task The_last_sequence_is_remembered_when_its_message_is_gone()
    {
        var queue = await TestQueue.OpenAsync(Journal);
        queue.Journal.LastSequence.ShouldBe(0);
        await queue.AddManyAsync(1, 3);
        await queue.RemoveAsync(3);
        (await TestQueue.OpenAsync(Journal)).Journal.LastSequence.ShouldBe(3);
    }

    [Fact]
    public async Task Every_field_of_a_row_comes_back()
    {
        var queue = await TestQueue.OpenAsync(Journal);
        var plain = TestRows.Row(2, payloadBytes: 0);
        await queue.AddAsync(TestRows.FullRow(1), plain, TestRows.Row(3));
        await queue.CommitAsync(TestRows.Changed(queue.Rows[3], TestRows.FullState()));
        await ShouldComeBack(queue);
    }

    [Fact]
    public async Task Parts_of_a_state_that_are_null_come_back_as_null()
    {
        var queue = await TestQueue.OpenAsync(Journal);
        await queue.AddManyAsync(1, 4);
        await queue.CommitAsync(
            TestRows.Changed(queue.Rows[1], TestRows.FullState() with { Notes = new Notes(null, [], null) }),
            TestRows.Changed(
                queue.Rows[2],
                TestRows.FullState() with
                {
                    Notes = new Notes("", null, []),
                    Lease = new Lease(0, 0, "", null),
                }
            ),
            TestRows.Changed(queue.Rows[3], TestRows.FullState() with { Notes = null, Lease = null, Ended = null })
        );
        await ShouldComeBack(queue);
    }

    [Fact]
    public async Task The_last_of_several_changes_of_one_batch_counts()
    {
        var queue = await TestQueue.OpenAsync(Journal);
        var row = TestRows.Row(1);
        var added = TestRows.Added(row);
        queue.Rows.Add(1, row);
        await queue.CommitAsync(added, TestRows.Changed(row, TestRows.Lease(row, 5)), TestRows.Changed(row, TestRows.Complete(row)));
        await ShouldComeBack(queue);
    }

    [Fact]
    public async Task Rows_come_in_the_order_of_their_sequences_and_the_removed_ones_do_not()
    {
        var queue = await TestQueue.OpenAsync(Journal);
        await queue.AddManyAsync(500, 300);
        await queue.AddManyAsync(1, 300);
        await queue.RemoveAsync([.. Enumerable.Range(100, 100).Select(i => (long)i)]);
        await ShouldComeBack(queue);
    }

    [Fact]
    public async Task Settings_can_change()
    {
        var queue = await TestQueue.OpenAsync(Journal);
        var changed = new QueueRow("orders", UnusualSettings.All, TestRows.Now);
        await queue.CommitAsync(new ChangeBatch { Queue = changed });
        (await Journal.OpenAsync("orders"))!.Queue.ShouldBe(changed);
    }

    [Fact]
    public async Task What_is_noted_of_the_time_comes_back()
    {
        var queue = await TestQueue.OpenAsync(Journal);
        foreach (
            var seen in new SeenTime?[]
            {
                new(TestRows.Now + 3_600_000, TestRows.Now),
                new(-1, long.MaxValue),
                new(7, 8, new BootTime(Guid.NewGuid(), 9)),
                null,
            }
        )
        {
            var noted = new QueueRow("orders", UnusualSettings.All, TestRows.Now) { Seen = seen };
            await queue.CommitAsync(new ChangeBatch { Queue = noted });
            queue = await TestQueue.OpenAsync(Journal);
            queue.Journal.Queue.ShouldBe(noted);
        }
    }

    [Fact]
    public async Task Opening_again_raises_the_epoch_and_fences_the_owner_before()
    {
        var before = await TestQueue.OpenAsync(Journal);
        await before.AddManyAsync(1, 1);
        var after = await TestQueue.OpenAsync(Journal);
        after.Journal.Epoch.ShouldBeGreaterThan(before.Journal.Epoch);

        await Should.ThrowAsync<JournalFencedException>(() => before.AddManyAsync(2, 1));
        await after.AddManyAsync(3, 1);
        await ShouldComeBack(after);
    }

    [Fact]
    public async Task Closing_does_not_fence_the_next_owner()
    {
        var first = await TestQueue.OpenAsync(Journal);
        var second = await TestQueue.OpenAsync(Journal);
        await first.Journal.DisposeAsync();
        await second.AddManyAsync(1, 1);
        await ShouldComeBack(second);
    }

    [Fact]
    public async Task A_deleted_queue_is_gone_and_one_of_the_same_name_is_another()
    {
        var queue = await TestQueue.OpenAsync(Journal);
        await queue.AddManyAsync(1, 3);
        await queue.CommitAsync(new ChangeBatch { Deleted = true });
        (await Journal.OpenAsync("orders")).ShouldBeNull();
        (await Journal.ListQueuesAsync()).ShouldBeEmpty();
        await Should.ThrowAsync<JournalFencedException>(() => queue.AddManyAsync(4, 1));

        var another = await TestQueue.OpenAsync(Journal);
        another.Journal.Created.ShouldBeTrue();
        await another.AddManyAsync(1, 1);
        await ShouldComeBack(another);
    }

    [Fact]
    public async Task Rows_are_taken_once()
    {
        var queue = (await Journal.OpenAsync("orders", TestRows.Queue("orders")))!;
        queue.TakeRows().ShouldBeEmpty();
        Should.Throw<InvalidOperationException>(() => queue.TakeRows());
    }

    /// <summary>Checks that opening a queue again gives what its owner holds.</summary>
    protected virtual async Task ShouldComeBack(TestQueue queue)
    {
        var again = await TestQueue.OpenAsync(Journal, queue.Journal.Queue.Name);
        again.Contents.ShouldBe(queue.Contents);
    }
}
