using Microsoft.Extensions.Logging;
using Shouldly;
using Timestone.Backends.Memory;
using Timestone.Engine;
using Timestone.Server;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Server;

public sealed class QueueLogTests : IAsyncDisposable
{
    private readonly RecordingLogger<QueueLog> _log = new();
    private readonly LocalTimestone _service;

    public QueueLogTests() => _service = new LocalTimestone(new MemoryJournal(), new LocalTimestoneOptions { Observer = new QueueLog(_log) });

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task A_purge_logs_one_line_with_the_counts()
    {
        await _service.EnqueueAsync("jobs", [new NewMessage(), new NewMessage(), new NewMessage { Invisible = TimeSpan.FromHours(1) }]);
        await _service.PurgeAsync("jobs", PurgeScope.All);
        _log.Lines.ShouldBe([(LogLevel.Information, "Purged queue jobs (All): 3 messages removed: 1 invisible, 2 pending, 0 completed, 0 canceled, 0 errored.")]);
    }

    [Fact]
    public async Task A_delete_logs_one_line_with_the_counts()
    {
        await _service.EnqueueAsync("jobs", [new NewMessage(), new NewMessage()]);
        await _service.DequeueAsync("jobs", new DequeueRequest());
        await _service.DeleteQueueAsync("jobs");
        _log.Lines.ShouldBe([(LogLevel.Information, "Deleted queue jobs with 2 messages: 0 invisible, 1 pending, 1 running, 0 completed, 0 canceled, 0 errored.")]);
    }
}
