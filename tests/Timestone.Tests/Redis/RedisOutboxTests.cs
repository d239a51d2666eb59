using Shouldly;
using Timestone.Engine;
using Timestone.Journals.Redis;
using Timestone.Tests.Journal;
using Timestone.Tests.Outbox;
using Xunit;

namespace Timestone.Tests.Redis;

/// <summary>The contract on Redis; and what is special to an outbox that servers share.</summary>
public sealed class RedisOutboxTests : OutboxContract, IAsyncDisposable
{
    private const int Limit = 150;

    private readonly string _database = RedisServer.NewDatabase();
    private RedisJournal _journal;

    public RedisOutboxTests() => _journal = Open();

    protected override IJournal Journal => _journal;

    [Fact]
    public async Task Another_server_publishes_what_one_that_died_has_read_and_not_acknowledged()
    {
        await using var other = Open();
        var told = await ToldQueue.OpenAsync(_journal);
        await told.AddAsync(TestRows.Row(1), TestRows.Row(2));
        var dies = Outbox.OpenReader("index", OutboxStart.Acknowledged);
        (await Reading.TakeAsync(dies, 2)).ShouldBe(told.Entries);
        await using var takesOver = other.Outbox!.OpenReader("index", OutboxStart.Acknowledged);
        (await Reading.TakeAsync(takesOver, 2)).ShouldBe(told.Entries);
    }

    [Fact]
    public async Task Two_servers_that_publish_beside_each_other_publish_everything_in_the_order_of_each_message()
    {
        await using var other = Open();
        await using var one = Outbox.OpenReader("index", OutboxStart.Acknowledged);
        await using var two = other.Outbox!.OpenReader("index", OutboxStart.Acknowledged);
        var told = await ToldQueue.OpenAsync(_journal, "a");
        var others = await ToldQueue.OpenAsync(other, "b");
        for (var sequence = 1; sequence <= 20; sequence++)
        {
            await told.AddAsync(TestRows.Row(sequence));
            await others.AddAsync(TestRows.Row(sequence));
        }

        var read = new List<OutboxEntry>();
        using var enough = new CancellationTokenSource();
        await Task.WhenAll(PublishAsync(one), PublishAsync(two));
        read.Where(static entry => entry.Queue == "a")
            .Select(static entry => entry.Sequence)
            .Distinct()
            .ShouldBe(Enumerable.Range(1, 20).Select(static n => (long)n));
        read.Where(static entry => entry.Queue == "b")
            .Select(static entry => entry.Sequence)
            .Distinct()
            .ShouldBe(Enumerable.Range(1, 20).Select(static n => (long)n));

        async Task PublishAsync(IOutboxReader reader)
        {
            try
            {
                while (true)
                {
                    var batch = await reader.ReadAsync(enough.Token);
                    lock (read)
                    {
                        read.AddRange(batch.Entries);
                        if (read.DistinctBy(static entry => (entry.Queue, entry.Sequence)).Count() == 40)
                            enough.Cancel();
                    }

                    await reader.AcknowledgeAsync(batch, CancellationToken.None);
                }
            }
            catch (OperationCanceledException)
            {
                // All has come.
            }
        }
    }

    [Fact]
    public async Task What_was_published_leaves_nothing_of_a_deleted_queue()
    {
        var told = await ToldQueue.OpenAsync(_journal);
        await told.AddAsync(TestRows.Row(1));
        await told.CommitAsync(new ChangeBatch { Deleted = true, DeletedAt = TestRows.Now });
        await using var reader = Outbox.OpenReader("index", OutboxStart.Acknowledged);
        var batch = await Reading.NextAsync(reader);
        batch.Entries.ShouldBe(told.Entries);
        await reader.AcknowledgeAsync(batch);
        (await _journal.InspectAsync("orders")).ShouldBeNull();
        ((long)await _journal.Link.CallAsync(static client => client.GetDatabase().ExecuteAsync("DBSIZE"))).ShouldBe(0);
    }

    [Fact]
    public async Task A_lag_counts_what_other_servers_have_not_published_too()
    {
        await using var other = Open();
        await using var one = Outbox.OpenReader("index", OutboxStart.Acknowledged);
        await using var two = other.Outbox!.OpenReader("index", OutboxStart.Acknowledged);
        var told = await ToldQueue.OpenAsync(other, "theirs");
        await told.AddAsync(TestRows.Row(1));
        var batch = await Reading.NextAsync(two);
        (await one.LagAsync())!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
        await two.AcknowledgeAsync(batch);
        (await one.LagAsync()).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_lag_is_not_known_while_an_entry_waits_that_was_taken_after_the_clock_of_Redis_went_back()
    {
        await using var reader = Outbox.OpenReader("index", OutboxStart.Acknowledged);
        var told = await ToldQueue.OpenAsync(_journal);
        await told.AddAsync(TestRows.Row(1));
        var before = await Reading.NextAsync(reader);

        // Ids only grow: behind one of a later time, those that follow have that time too, as when the clock was there once.
        var ahead = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds();
        await _journal.Link.CallAsync(client => client.GetDatabase().ExecuteAsync("XSETID", new RedisKeys("orders").Outbox, $"{ahead}-0"));
        await told.AddAsync(TestRows.Row(2));
        (await reader.LagAsync())!.Value.ShouldBeInRange(TimeSpan.FromMilliseconds(1), RedisServer.Patience);
        await reader.AcknowledgeAsync(before);
        (await reader.LagAsync()).ShouldBeNull();
        await reader.AcknowledgeAsync(await Reading.NextAsync(reader));
        (await reader.LagAsync()).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void It_cannot_be_read_from_the_earliest() =>
        Should.Throw<NotSupportedException>(() => Outbox.OpenReader("memory", OutboxStart.Earliest));

    public async ValueTask DisposeAsync() => await _journal.DisposeAsync();

    protected override async Task RestartAsync()
    {
        await _journal.DisposeAsync();
        _journal = Open();
    }

    protected override async Task OverflowAsync(TestQueue queue)
    {
        for (var sequence = 1; sequence <= 3 * Limit; sequence++)
            await queue.AddManyAsync(sequence, 1);
    }

    private RedisJournal Open() => RedisJournal.Open(new RedisJournalOptions
    {
        Configuration = _database,
        Timeout = RedisServer.Patience,
        Outbox = true,
        OutboxLimit = Limit,
        OutboxTakeover = TimeSpan.FromMilliseconds(300),
    });
}
