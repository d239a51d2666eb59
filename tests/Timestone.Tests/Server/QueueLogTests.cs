using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Timestone.Engine;
using Timestone.Hosting;
using Timestone.Journals.Memory;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Server;

public sealed class QueueLogTests : IAsyncDisposable
{
    private readonly RecordingLogger<QueueLog> _log = new();
    private readonly FakeTimeProvider _time = new();
    private readonly QueueLog _observer;
    private readonly LocalTimestone _service;

    public QueueLogTests()
    {
        _observer = QueueLog.Start(_log, _time);
        _service = new LocalTimestone(new MemoryJournal(), new LocalTimestoneOptions { Observer = _observer }, _time);
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _observer.DisposeAsync();
    }

    [Fact]
    public async Task Errored_messages_are_warned_of_once_a_queue_and_minute()
    {
        await FailAsync("jobs", 3);
        await FailAsync("mails", 1);
        _log.Lines.ShouldBeEmpty();
        _time.Advance(TimeSpan.FromMinutes(1));
        _log.Lines.Order().ShouldBe([(LogLevel.Warning, Errored(1, "mails")), (LogLevel.Warning, Errored(3, "jobs"))]);
        _time.Advance(TimeSpan.FromMinutes(1));
        _log.Lines.Count.ShouldBe(2);
        await FailAsync("jobs", 2);
        await _observer.DisposeAsync();
        _log.Lines.Last().ShouldBe((LogLevel.Warning, Errored(2, "jobs")));
    }

    [Fact]
    public async Task Errored_messages_that_give_way_are_warned_of()
    {
        await _service.CreateQueueAsync("jobs", new QueueSettings { MaxErrored = 2 });
        await FailAsync("jobs", 5);
        (await _service.GetStatsAsync("jobs")).Removed.Bound.ShouldBe(3);
        _time.Advance(TimeSpan.FromMinutes(1));
        _log.Lines.ShouldHaveSingleItem()
            .Text.ShouldStartWith("5 messages of queue jobs became errored within a minute, and 3 errored ones were removed");
    }

    [Fact]
    public async Task What_is_errored_and_removed_is_measured()
    {
        var measured = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name.StartsWith("timestone.queue.", StringComparison.Ordinal))
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>(
            (instrument, count, tags, _) =>
            {
                if (tags[0].Value as string == "measured")
                    measured.Add(
                        $"{instrument.Name} {count} {string.Join(' ', tags.ToArray().Skip(1).Select(static tag => tag.Value))}".Trim()
                    );
            }
        );
        listener.Start();
        await _service.CreateQueueAsync("measured", new QueueSettings { MaxErrored = 1, ErroredRetention = TimeSpan.FromSeconds(30) });
        await FailAsync("measured", 2);
        await _service.GetStatsAsync("measured");
        _time.Advance(TimeSpan.FromSeconds(30));
        await _service.GetStatsAsync("measured");
        await _service.EnqueueAsync("measured", new NewMessage());
        await _service.PurgeAsync("measured", PurgeScope.All);
        measured.ShouldBe([
            "timestone.queue.errored 2",
            "timestone.queue.removed 1 bound",
            "timestone.queue.removed 1 retention",
            "timestone.queue.removed 1 purge",
        ]);
    }

    [Fact]
    public async Task A_purge_logs_one_line_with_the_counts()
    {
        await _service.EnqueueAsync("jobs", [new NewMessage(), new NewMessage(), new NewMessage { Invisible = TimeSpan.FromHours(1) }]);
        await _service.PurgeAsync("jobs", PurgeScope.All);
        _log.Lines.ShouldBe([
            (
                LogLevel.Information,
                "Purged queue jobs (All): 3 messages removed: 1 invisible, 2 pending, 0 completed, 0 canceled, 0 errored."
            ),
        ]);
    }

    [Fact]
    public async Task A_delete_logs_one_line_with_the_counts()
    {
        await _service.EnqueueAsync("jobs", [new NewMessage(), new NewMessage()]);
        await _service.DequeueAsync("jobs", new DequeueRequest());
        await _service.DeleteQueueAsync("jobs");
        _log.Lines.ShouldBe([
            (
                LogLevel.Information,
                "Deleted queue jobs with 2 messages: 0 invisible, 1 pending, 1 running, 0 completed, 0 canceled, 0 errored."
            ),
        ]);
    }

    private static string Errored(int count, string queue) =>
        $"{count} messages of queue {queue} became errored within a minute. Look at them, then redrive or purge them: they are removed when the queue's erroredRetentionSeconds have passed.";

    private async Task FailAsync(string queue, int count)
    {
        await _service.EnqueueAsync(queue, [.. Enumerable.Range(0, count).Select(static _ => new NewMessage())]);
        var leased = await _service.DequeueAsync(queue, new DequeueRequest { Max = count });
        await _service.SettleAsync(
            queue,
            [.. leased.Messages.Select(static message => Settlement.Fail(message.Id, message.LeaseToken!, permanent: true))]
        );
    }
}
