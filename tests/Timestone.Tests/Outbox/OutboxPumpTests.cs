using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Timestone.Engine;
using Timestone.Events;
using Timestone.Journals.Memory;
using Timestone.Tests.Journal;
using Xunit;

namespace Timestone.Tests.Outbox;

public sealed class OutboxPumpTests
{
    private readonly RecordingSink _sink = new();

    [Fact]
    public async Task What_is_committed_is_delivered_in_order()
    {
        var journal = new MemoryJournal(outboxLimit: 1000);
        await using var pump = Pump(journal);
        var told = await ToldQueue.OpenAsync(journal);
        for (var sequence = 1; sequence <= 20; sequence++)
            await told.AddAsync(TestRows.Row(sequence));
        await _sink.HasAsync(20);
        _sink.Entries.ShouldBe(told.Entries);
    }

    [Fact]
    public async Task It_has_its_reader_as_soon_as_it_is_there()
    {
        var outbox = new Unopened();
        await using var pump = new OutboxPump("test", outbox, OutboxStart.Earliest, _sink, NullLogger<OutboxPump>.Instance);
        outbox.OpenedBy.ShouldBe(Environment.CurrentManagedThreadId);
    }

    [Fact]
    public async Task What_cannot_be_delivered_is_tried_again_and_nothing_is_passed_over()
    {
        var journal = new MemoryJournal(outboxLimit: 1000);
        var told = await ToldQueue.OpenAsync(journal);
        _sink.Fail(3);
        await using var pump = Pump(journal);
        await told.AddAsync(TestRows.Row(1));
        await told.AddAsync(TestRows.Row(2));
        await _sink.HasAsync(2);
        _sink.Entries.ShouldBe(told.Entries);
        _sink.Attempts.ShouldBeGreaterThan(3);
    }

    [Fact]
    public async Task What_was_delivered_before_it_was_stopped_does_not_come_again()
    {
        var journal = new MemoryJournal(outboxLimit: 1000);
        var told = await ToldQueue.OpenAsync(journal);
        await using (Pump(journal))
        {
            await told.AddAsync(TestRows.Row(1));
            await _sink.HasAsync(1);
        }

        await told.AddAsync(TestRows.Row(2));
        await using (Pump(journal))
            await _sink.HasAsync(2);
        _sink.Entries.ShouldBe(told.Entries);
    }

    [Fact]
    public async Task It_stops_while_the_sink_fails()
    {
        var journal = new MemoryJournal(outboxLimit: 1000);
        var told = await ToldQueue.OpenAsync(journal);
        _sink.Fail(int.MaxValue);
        var pump = Pump(journal);
        await told.AddAsync(TestRows.Row(1));
        await pump.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));
        _sink.Fail(0);
        await using var next = Pump(journal);
        await _sink.HasAsync(1);
        _sink.Entries.ShouldBe(told.Entries);
    }

    [Fact]
    public async Task Behind_a_gap_a_reader_that_began_with_the_earliest_starts_anew_and_the_sink_is_told()
    {
        var journal = new MemoryJournal(outboxLimit: 10);
        var told = await ToldQueue.OpenAsync(journal);
        await told.AddAsync(TestRows.Row(1));
        _sink.Fail(1);
        await using var pump = Pump(journal, OutboxStart.Earliest);
        await told.AddAsync([.. Enumerable.Range(2, 30).Select(static sequence => TestRows.Row(sequence))]);
        await _sink.HasAsync(31);
        var whole = _sink
            .Batches.SkipWhile(batch => _sink.Batches.Any(static each => each.AfterGap) && !batch.AfterGap)
            .SelectMany(static batch => batch.Entries);
        whole.Select(static entry => entry.Sequence).Distinct().Count().ShouldBe(31);
    }

    private OutboxPump Pump(MemoryJournal journal, OutboxStart start = OutboxStart.Acknowledged) =>
        new("test", journal.Outbox!, start, _sink, NullLogger<OutboxPump>.Instance);

    /// <summary>Cannot be opened, and knows who tried first.</summary>
    private sealed class Unopened : IOutbox
    {
        private int _openedBy;

        public int OpenedBy => _openedBy;

        public long Told => 0;

        public OutboxBacklog Backlog => new(0, 1, 0, "entries");

        public bool IsPartial => false;

        public IOutboxReader OpenReader(string name, OutboxStart start)
        {
            Interlocked.CompareExchange(ref _openedBy, Environment.CurrentManagedThreadId, 0);
            throw new IOException("Injected.");
        }
    }
}
