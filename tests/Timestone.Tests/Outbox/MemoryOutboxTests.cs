using Shouldly;
using Timestone.Engine;
using Timestone.Journals.Memory;
using Timestone.Tests.Journal;
using Xunit;

namespace Timestone.Tests.Outbox;

public sealed class MemoryOutboxTests : OutboxContract
{
    private const int Limit = 50;

    protected override IJournal Journal { get; } = new MemoryJournal(Limit);

    protected override Task RestartAsync() => Task.CompletedTask;

    protected override Task OverflowAsync(TestQueue queue) => queue.AddManyAsync(1, Limit + 1);

    [Fact]
    public async Task A_reader_that_begins_with_the_earliest_is_told_all_messages_first()
    {
        var told = await ToldQueue.OpenAsync(Journal);
        await told.AddAsync([.. Enumerable.Range(1, Limit).Select(static sequence => TestRows.Row(sequence))]);
        await told.CommitAsync(
            TestRows.Changed(told.Queue.Rows[1], TestRows.Lease(told.Queue.Rows[1], 7)),
            TestRows.Removed(told.Queue.Rows[2])
        );
        await using var reader = Outbox.OpenReader("memory", OutboxStart.Earliest);
        var restated = await Reading.TakeAsync(reader, Limit - 1);
        restated.ShouldAllBe(static entry => entry.Kind == OutboxEntryKind.Restated);
        restated
            .Select(static entry => (entry.Sequence, entry.Version))
            .ShouldBe([(1, 2), .. Enumerable.Range(3, Limit - 2).Select(static sequence => ((long)sequence, 1))]);
        await told.AddAsync(TestRows.Row(100));
        (await Reading.TakeAsync(reader, 1)).ShouldBe(told.Entries[^1..]);
    }

    [Fact]
    public async Task Readers_of_different_names_read_for_themselves()
    {
        var told = await ToldQueue.OpenAsync(Journal);
        await told.AddAsync(TestRows.Row(1), TestRows.Row(2));
        await using var index = Outbox.OpenReader("index", OutboxStart.Acknowledged);
        await using var stream = Outbox.OpenReader("stream", OutboxStart.Acknowledged);
        await index.AcknowledgeAsync(await Reading.NextAsync(index));
        (await Reading.TakeAsync(stream, 2)).ShouldBe(told.Entries);
    }
}
