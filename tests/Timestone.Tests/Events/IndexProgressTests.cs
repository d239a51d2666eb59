using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Timestone.Engine;
using Timestone.Events;
using Timestone.Journals.Files;
using Timestone.Tests.Outbox;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Events;

/// <summary>What is said of an outbox that does not move.</summary>
public sealed class IndexProgressTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task What_was_committed_before_a_restart_and_is_not_delivered_stands_still()
    {
        using var data = new TemporaryDirectory();
        await using (var before = Open(data))
        {
            await using var service = new LocalTimestone(before);
            await service.EnqueueAsync("q", [new NewMessage { Id = "a" }]);
        }

        var time = new FakeTimeProvider();
        var sink = new RecordingSink();
        sink.Fail(int.MaxValue);
        await using var journal = Open(data);
        await using var pump = new OutboxPump("kafka", journal.Outbox!, OutboxStart.Acknowledged, sink, NullLogger<OutboxPump>.Instance);
        await using var progress = new IndexProgress(
            journal.Outbox!,
            pump.LagAsync,
            log: null,
            static _ => Task.CompletedTask,
            time,
            delivered: () => pump.Delivered
        );
        (await progress.LagAsync()).ShouldBeNull();
        progress.Backlog!.OutboxStill.ShouldBeNull();
        (await pump.LagAsync()).ShouldBeNull();
        for (var passed = TimeSpan.Zero; passed < TimeSpan.FromSeconds(30); passed += Second)
            time.Advance(Second);
        (await StillAsync()).ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(15));

        sink.Fail(0);
        await sink.HasAsync(1);
        await Eventually.BeAsync(async () => await pump.LagAsync() == TimeSpan.Zero);
        (await StillAsync()).ShouldBeNull();

        // As it is at the next look, which comes each second.
        async Task<TimeSpan?> StillAsync()
        {
            var before = progress.Backlog;
            await Eventually.BeAsync(() =>
            {
                time.Advance(Second);
                return Task.FromResult(!ReferenceEquals(progress.Backlog, before));
            });
            return progress.Backlog!.OutboxStill;
        }
    }

    private static FileJournal Open(TemporaryDirectory data) =>
        FileJournal.Open(new FileJournalOptions { Directory = data.Path, Outbox = true });
}
